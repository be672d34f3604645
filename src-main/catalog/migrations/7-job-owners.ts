/** Which process works on a job, and with what: several may work on one catalog. */
export const jobOwnersMigration = `
  ALTER TABLE jobs ADD COLUMN owner TEXT;
  ALTER TABLE jobs ADD COLUMN recogniser TEXT;
  CREATE INDEX jobs_by_state ON jobs (state, not_before, created_at);
`;
