import { dirname, join } from 'node:path';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { sliceWav, writeSlice } from '../files/wav-slice.ts';
import type { Log } from '../runtime/log.ts';
import { findTurnAudio } from './turn-audio.ts';

/** How often a file is tried again: at the next turn, or when the recording ends. */
const MOST_FAILURES = 2;

/** The name of the file of a single segment. */
function turnFileName(segmentId: string): string {
  return `${segmentId}.wav`;
}

/**
 * Writes a WAV of a turn, or of its stretch in one part, beside the master that it is cut from; an existing file stays.
 * Resolves with its path, undefined where there is nothing to cut. Rejects with DISK_FULL or WRITE_FAILED.
 */
export async function writeTurnFile(
  session: Pick<SessionRecord, 'files'>,
  segment: AudioSegment,
  folders: readonly string[],
  source: { readonly mayBeMix?: boolean } = {},
): Promise<string | undefined> {
  const slice = await findTurnAudio(session, segment, folders, source);
  if (slice === undefined) return undefined;
  const path = join(dirname(slice.path), turnFileName(segment.segment_id));
  const there = await sliceWav(path, { startFrame: 0, frameCount: segment.frame_count });
  if (there?.frames !== slice.frames) await writeSlice(slice, path);
  return path;
}

/** The session with the names of the files of the segments in `written`. */
export function withTurnFiles(session: SessionRecord, written: ReadonlySet<string>): SessionRecord {
  return {
    ...session,
    segments: session.segments.map((segment) =>
      written.has(segment.segment_id) ? { ...segment, file: turnFileName(segment.segment_id) } : segment,
    ),
  };
}

export interface LiveTurnFilesOptions {
  readonly record: () => SessionRecord;
  readonly folders: () => readonly string[];
  readonly update: (change: (session: SessionRecord) => SessionRecord) => void;
  readonly log: Log;
}

/** Writes the turns of a running session as they end. A turn that is not yet in its master is tried again later. */
export interface LiveTurnFiles {
  add(segments: readonly AudioSegment[]): void;
  /** Resolves once everything possible is written. */
  settled(): Promise<void>;
}

export function createLiveTurnFiles({ record, folders, update, log }: LiveTurnFilesOptions): LiveTurnFiles {
  let waiting: { readonly segment: AudioSegment; readonly failures: number }[] = [];
  let writing: Promise<void> = Promise.resolve();

  const writeWaiting = async (): Promise<void> => {
    const taken = waiting;
    waiting = [];
    const written = new Set<string>();
    for (const { segment, failures } of taken)
      try {
        const path = await writeTurnFile(record(), segment, folders(), { mayBeMix: false });
        if (path === undefined) waiting.push({ segment, failures });
        else written.add(segment.segment_id);
      } catch (error) {
        // A master is renamed when it is finished, perhaps in this moment.
        if (failures < MOST_FAILURES) waiting.push({ segment, failures: failures + 1 });
        // The turn is also in the master, and its file can be made later.
        else log('error', 'the file of a turn could not be written', { id: record().id, error });
      }
    if (written.size > 0) update((session) => withTurnFiles(session, written));
  };

  const settled = (): Promise<void> => (writing = writing.then(writeWaiting));
  return {
    add(segments) {
      waiting.push(...segments.filter(({ bleed }) => !bleed).map((segment) => ({ segment, failures: 0 })));
      void settled();
    },
    settled,
  };
}
