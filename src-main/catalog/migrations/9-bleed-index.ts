/** Few segments are bleed, and a search asks for those of each session it finds. */
export const bleedIndexMigration = `
  CREATE INDEX segments_of_bleed ON session_audio_segments (session_id) WHERE bleed = 1;
`;
