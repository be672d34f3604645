import { conversationView } from './8-bleed.ts';
import { transcriptIndexTriggers } from './10-search-signs.ts';

const isTrack = `CHECK (length(role) BETWEEN 1 AND 32 AND role NOT GLOB '*[^a-z0-9_-]*' AND role <> 'mixed')`;

/**
 * Tracks have any names, no longer those of the two sides alone. SQLite cannot change a check, so the tables are made anew, with
 * what is in them; what stands in the indexes by words goes by the lines' numbers, which stay.
 */
export const trackNamesMigration = `
  DROP VIEW session_conversation;

  CREATE TABLE recordings_of_tracks (
    id INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    part INTEGER NOT NULL,
    recording_source TEXT NOT NULL DEFAULT 'local',
    recording_type TEXT NOT NULL CHECK (length(recording_type) BETWEEN 1 AND 32 AND recording_type NOT GLOB '*[^a-z0-9_-]*'),
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
  INSERT INTO recordings_of_tracks SELECT * FROM recordings;
  DROP TABLE recordings;
  ALTER TABLE recordings_of_tracks RENAME TO recordings;

  CREATE TABLE segments_of_tracks (
    id INTEGER PRIMARY KEY,
    segment_id TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    turn_id TEXT NOT NULL,
    role TEXT NOT NULL ${isTrack},
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
  INSERT INTO segments_of_tracks SELECT * FROM session_audio_segments;
  DROP TABLE session_audio_segments;
  ALTER TABLE segments_of_tracks RENAME TO session_audio_segments;
  CREATE INDEX segments_by_session ON session_audio_segments (session_id, start_ms);
  CREATE INDEX segments_by_turn ON session_audio_segments (turn_id);
  CREATE INDEX segments_of_bleed ON session_audio_segments (session_id) WHERE bleed = 1;

  CREATE TABLE lines_of_tracks (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    turn_id TEXT,
    role TEXT NOT NULL ${isTrack},
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
  INSERT INTO lines_of_tracks SELECT * FROM session_transcripts;
  DROP TABLE session_transcripts;
  ALTER TABLE lines_of_tracks RENAME TO session_transcripts;
  CREATE INDEX transcripts_by_session ON session_transcripts (session_id, start_ms);
  CREATE INDEX transcripts_by_turn ON session_transcripts (turn_id);
  ${transcriptIndexTriggers}

  ${conversationView}
`;
