/** Sessions, their files, their markers, and what happened to them. */
export const sessionsMigration = `
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    title TEXT NOT NULL,
    notes TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL CHECK (status IN ('recording', 'completed', 'interrupted', 'recovered', 'failed')),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    format TEXT NOT NULL,
    sample_rate INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    encoding TEXT NOT NULL,
    tracks TEXT NOT NULL,
    gain REAL NOT NULL,
    encoder TEXT,
    duration_seconds REAL NOT NULL DEFAULT 0,
    fallback_dir TEXT,
    recovered TEXT,
    deleted_at TEXT
  ) STRICT;
  CREATE INDEX sessions_by_start ON sessions (started_at DESC);

  CREATE TABLE session_parts (
    session_id TEXT NOT NULL REFERENCES sessions (id),
    part INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    duration_seconds REAL NOT NULL DEFAULT 0,
    report TEXT,
    reason TEXT,
    PRIMARY KEY (session_id, part)
  ) STRICT;

  CREATE TABLE recordings (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    part INTEGER NOT NULL,
    recording_source TEXT NOT NULL DEFAULT 'local',
    recording_type TEXT NOT NULL CHECK (recording_type IN ('user', 'assistant', 'mixed')),
    file_path TEXT NOT NULL,
    format TEXT NOT NULL,
    master INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('recording', 'completed', 'failed', 'missing')),
    byte_size INTEGER NOT NULL DEFAULT 0,
    duration_ms REAL NOT NULL DEFAULT 0,
    captured_frames INTEGER,
    expected_frames INTEGER,
    gaps TEXT NOT NULL DEFAULT '[]',
    gain REAL NOT NULL DEFAULT 1,
    sha256 TEXT,
    UNIQUE (session_id, file_path)
  ) STRICT;

  CREATE TABLE markers (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    part INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    label TEXT NOT NULL
  ) STRICT;
  CREATE INDEX markers_by_session ON markers (session_id, part, frame);

  CREATE TABLE session_events (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL,
    occurred_at TEXT NOT NULL,
    event TEXT NOT NULL,
    details TEXT
  ) STRICT;
  CREATE INDEX session_events_by_session ON session_events (session_id, id);
`;
