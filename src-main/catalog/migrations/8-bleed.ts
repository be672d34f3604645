/** What was said, a row a line, with the audio of its turn. */
export const conversationView = `CREATE VIEW session_conversation AS
    SELECT t.session_id, t.id AS transcript_id, t.turn_id, t.role, t.speaker, t.text,
      t.interrupted AS transcript_interrupted, t.occurred_at, t.start_ms, t.end_ms, t.source,
      a.segment_id, a.audio_url,
      (SELECT sum(s.duration_ms) FROM session_audio_segments s
        WHERE s.turn_id = t.turn_id AND +s.session_id = t.session_id) AS duration_ms,
      a.interrupted AS audio_interrupted, a.started_at, a.ended_at
    FROM session_transcripts t
    LEFT JOIN session_audio_segments a ON a.id = (
      SELECT s.id FROM session_audio_segments s
      WHERE s.turn_id = t.turn_id AND +s.session_id = t.session_id ORDER BY s.part, s.start_frame LIMIT 1)
    WHERE a.bleed IS NOT 1 OR t.source = 'edited'
    ORDER BY t.start_ms IS NULL, t.start_ms, t.occurred_at, t.row;`;

/**
 * Text that a recogniser heard in the microphone while only the other side spoke, out of a loudspeaker, is the other
 * side's again: the view leaves it out, unless a person has written it.
 */
export const bleedMigration = `
  DROP VIEW session_conversation;
  ${conversationView}
`;
