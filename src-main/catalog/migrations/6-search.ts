/**
 * Words in two indexes: what was said, and what describes a session (title, notes, markers). Triggers keep both, so
 * whoever writes the tables cannot forget them.
 *
 * A line's `row` is its session's number times 2^24, plus its place among the session's lines: which sessions a word
 * occurs in is then read off the index alone, without a look at its half a million lines. The numbers are explicit
 * keys, because those that SQLite gives by itself may change with a VACUUM.
 *
 * The view gives one row for each line of text, whose audio begins with `audio_url`: a turn that lies in two parts
 * has two segments, and its text must not stand there twice. The plus signs keep SQLite on the turn's own index.
 */
export const searchMigration = `
  CREATE TABLE session_numbers (
    number INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE REFERENCES sessions (id)
  ) STRICT;
  INSERT INTO session_numbers (session_id) SELECT id FROM sessions ORDER BY started_at, id;

  DROP VIEW session_conversation;
  CREATE TABLE lines (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    turn_id TEXT,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    speaker TEXT,
    text TEXT NOT NULL,
    interrupted INTEGER NOT NULL DEFAULT 0,
    occurred_at TEXT NOT NULL,
    start_ms REAL,
    end_ms REAL,
    words TEXT,
    source TEXT NOT NULL CHECK (source IN ('live', 'recogniser', 'import', 'edited')),
    original TEXT,
    UNIQUE (session_id, id)
  ) STRICT;
  INSERT INTO lines
    SELECT number * 16777216 + row_number() OVER (PARTITION BY session_id ORDER BY occurred_at, t.rowid) - 1,
      id, session_id, turn_id, role, speaker, text, interrupted, occurred_at, start_ms, end_ms, words, source, NULL
    FROM session_transcripts t JOIN session_numbers USING (session_id);
  DROP TABLE session_transcripts;
  ALTER TABLE lines RENAME TO session_transcripts;
  CREATE INDEX transcripts_by_session ON session_transcripts (session_id, start_ms);
  CREATE INDEX transcripts_by_turn ON session_transcripts (turn_id);

  CREATE VIRTUAL TABLE transcript_index USING fts5 (
    text, content = 'session_transcripts', content_rowid = 'row', tokenize = "unicode61 remove_diacritics 2"
  );
  INSERT INTO transcript_index (transcript_index) VALUES ('rebuild');
  CREATE TRIGGER transcript_index_insert AFTER INSERT ON session_transcripts BEGIN
    INSERT INTO transcript_index (rowid, text) VALUES (new.row, new.text);
  END;
  CREATE TRIGGER transcript_index_delete AFTER DELETE ON session_transcripts BEGIN
    INSERT INTO transcript_index (transcript_index, rowid, text) VALUES ('delete', old.row, old.text);
  END;
  CREATE TRIGGER transcript_index_update AFTER UPDATE ON session_transcripts
    WHEN old.text IS NOT new.text OR old.row IS NOT new.row BEGIN
    INSERT INTO transcript_index (transcript_index, rowid, text) VALUES ('delete', old.row, old.text);
    INSERT INTO transcript_index (rowid, text) VALUES (new.row, new.text);
  END;

  CREATE TABLE session_details (
    row INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    kind TEXT NOT NULL CHECK (kind IN ('title', 'notes', 'marker')),
    part INTEGER,
    frame INTEGER,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX details_by_session ON session_details (session_id);
  INSERT INTO session_details (session_id, kind, text) SELECT id, 'title', title FROM sessions;
  INSERT INTO session_details (session_id, kind, text) SELECT id, 'notes', notes FROM sessions WHERE notes <> '';
  INSERT INTO session_details (session_id, kind, part, frame, text)
    SELECT session_id, 'marker', part, frame, label FROM markers WHERE label <> '';

  CREATE VIRTUAL TABLE details_index USING fts5 (
    text, content = 'session_details', content_rowid = 'row', tokenize = "unicode61 remove_diacritics 2"
  );
  INSERT INTO details_index (details_index) VALUES ('rebuild');
  CREATE TRIGGER details_index_insert AFTER INSERT ON session_details BEGIN
    INSERT INTO details_index (rowid, text) VALUES (new.row, new.text);
  END;
  CREATE TRIGGER details_index_delete AFTER DELETE ON session_details BEGIN
    INSERT INTO details_index (details_index, rowid, text) VALUES ('delete', old.row, old.text);
  END;

  CREATE VIEW session_conversation AS
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
    ORDER BY t.start_ms IS NULL, t.start_ms, t.occurred_at, t.row;
`;
