/** Sessions made of a file: where it came from and what is kept of it, as JSON. */
export const importedMigration = `
  ALTER TABLE sessions ADD COLUMN imported TEXT;
`;
