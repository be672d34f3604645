/**
 * The indexes anew, since text-tokens.ts folds more: pictures are words, and œ, æ, ø, ł, đ, ё and their like are as they are spelt
 * without them. Lines are indexed in pieces again (fill-index.ts), also where that was not done yet.
 */
export const searchSpellingsMigration = `
  INSERT INTO transcript_index (transcript_index) VALUES ('delete-all');
  DELETE FROM index_backlog;
  INSERT INTO index_backlog SELECT max(row) + 1 FROM session_transcripts HAVING count(*) > 0;

  INSERT INTO details_index (details_index) VALUES ('delete-all');
  INSERT INTO details_index (rowid, words, pairs)
    SELECT row, search_words(text), search_pairs(text) FROM session_details;
`;
