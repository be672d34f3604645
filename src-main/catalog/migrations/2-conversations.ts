/** Who spoke when, what was said, who they are, and what is still to be transcribed. */
export const conversationsMigration = `
  CREATE TABLE session_audio_segments (
    id INTEGER PRIMARY KEY,
    segment_id TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    turn_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    part INTEGER NOT NULL,
    start_frame INTEGER NOT NULL,
    frame_count INTEGER NOT NULL,
    start_ms REAL NOT NULL,
    end_ms REAL NOT NULL,
    format TEXT NOT NULL DEFAULT 'wav',
    sample_rate INTEGER NOT NULL,
    num_channels INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    byte_size INTEGER NOT NULL,
    interrupted INTEGER NOT NULL DEFAULT 0,
    bleed INTEGER NOT NULL DEFAULT 0,
    audio_url TEXT NOT NULL,
    file TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    UNIQUE (session_id, segment_id)
  ) STRICT;
  CREATE INDEX segments_by_session ON session_audio_segments (session_id, start_ms);
  CREATE INDEX segments_by_turn ON session_audio_segments (turn_id);

  CREATE TABLE session_transcripts (
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
    PRIMARY KEY (session_id, id)
  ) STRICT;
  CREATE INDEX transcripts_by_session ON session_transcripts (session_id, occurred_at);
  CREATE INDEX transcripts_by_turn ON session_transcripts (turn_id);

  CREATE TABLE speaker_names (
    session_id TEXT NOT NULL REFERENCES sessions (id),
    speaker TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (session_id, speaker)
  ) STRICT;

  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
    attempts INTEGER NOT NULL DEFAULT 0,
    progress REAL NOT NULL DEFAULT 0,
    not_before TEXT,
    error TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX jobs_by_session ON jobs (session_id, created_at);

  ALTER TABLE sessions ADD COLUMN transcript_revision INTEGER NOT NULL DEFAULT 0;

  CREATE VIEW session_conversation AS
    SELECT t.session_id, t.id AS transcript_id, t.turn_id, t.role, t.speaker, t.text,
      t.interrupted AS transcript_interrupted, t.occurred_at, t.start_ms, t.end_ms, t.source,
      a.segment_id, a.audio_url, a.duration_ms, a.interrupted AS audio_interrupted, a.started_at, a.ended_at
    FROM session_transcripts t
    LEFT JOIN session_audio_segments a ON a.turn_id = t.turn_id AND a.session_id = t.session_id
    ORDER BY t.occurred_at, t.id, a.part;
`;
