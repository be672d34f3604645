import { basename } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import type { TrackPart } from './speech-plan.ts';
import { measureWav } from './track-audio.ts';

/** Where a session's files are. */
export interface TrackFiles {
  /** The absolute path of a file, or undefined where it is not there. */
  resolve(session: SessionRecord, name: string): string | undefined;
}

/**
 * The audio of every side and part, in order. A side that was kept only in the mix is taken from the mix. Rejects with
 * FILE_MISSING where no file is left.
 */
export async function findTrackParts(session: SessionRecord, files: TrackFiles): Promise<TrackPart[]> {
  const found: TrackPart[] = [];
  for (const role of session.tracks) {
    let startMs = 0;
    for (const { part, started_at, duration_seconds } of session.parts) {
      const path = pathOf(session, files, (file) => file.part === part && file.type === role);
      const mixed = (): string | undefined =>
        pathOf(session, files, (file) => file.part === part && file.type === 'mixed');
      const heard = path ?? mixed();
      if (heard !== undefined) {
        const { sampleRate, frames } = await measureWav(heard);
        const isMix = path === undefined;
        found.push({ role, part, path: heard, sampleRate, frames, startMs, startedAt: started_at, isMix });
      }
      startMs += duration_seconds * 1000;
    }
  }
  if (found.length === 0)
    throw new LecternError(
      'FILE_MISSING',
      'Nothing of this recording is left to transcribe: its WAV files are no longer in its folder',
    );
  return found;
}

/** The raw file; copies with gain are louder, not clearer. */
function pathOf(
  session: SessionRecord,
  files: TrackFiles,
  isWanted: (file: RecordingFile) => boolean,
): string | undefined {
  return session.files
    .filter((file) => file.format === 'wav' && isWanted(file))
    .toSorted((a, b) => Number(b.master) - Number(a.master))
    .map((file) => files.resolve(session, basename(file.file_path)))
    .find((path) => path !== undefined);
}
