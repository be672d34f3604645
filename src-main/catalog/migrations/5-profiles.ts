/** Which files of a session are kept, the profile it was recorded with, and the folder where that is not the usual one. */
export const profilesMigration = `
  ALTER TABLE sessions ADD COLUMN record TEXT;
  ALTER TABLE sessions ADD COLUMN profile TEXT;
  ALTER TABLE sessions ADD COLUMN recordings_dir TEXT;
`;
