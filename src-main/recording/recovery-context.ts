import type { Catalog } from '../catalog/catalog.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';

export interface RecoveryOptions {
  readonly dirs: RecordingsDirs;
  readonly catalog: Catalog;
  readonly transcripts: Pick<TranscriptStore, 'restore' | 'keepLacking'>;
  readonly encoder: Encoder;
  readonly clock: Clock;
  readonly log: Log;
  readonly mp3BitRate?: number | undefined;
  /** Sessions whose copies this run has tried again. A copy that fails is tried once a run. */
  readonly retried?: Set<string>;
}

/** What one run of recovery shares between all sessions. */
export interface RecoveryContext extends RecoveryOptions {
  readonly retried: Set<string>;
  /** Writes a session down. Never rejects. */
  readonly save: (session: SessionRecord, folders: readonly string[]) => Promise<void>;
  /** Records why something of a session is left as it is, in a sentence for people. */
  readonly leave: (id: string, reason: string) => void;
  /**
   * In ms of `performance.now()`, the same for all sessions: by then every running recorder whose `.owner` was
   * removed has written it again.
   */
  readonly waitsUpToMs: number;
}

/** The catalog's answer, or `otherwise` where it cannot answer: then the folders describe their sessions. */
export function ask<T>(question: () => T, otherwise: T, log: Log): T {
  try {
    return question();
  } catch (error) {
    log('error', 'the catalog could not be used; what is in the folders counts', { error });
    return otherwise;
  }
}
