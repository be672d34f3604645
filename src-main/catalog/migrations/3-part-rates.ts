/** A session that is recorded again may be recorded at another rate, so each part knows its own. */
export const partRatesMigration = `
  ALTER TABLE session_parts ADD COLUMN sample_rate INTEGER;
`;
