import { sampleRateOf, type RecordingFile, type SessionRecord } from '../contract/session-record.ts';
import type { Stretch } from '../encode/compare-copies.ts';
import { audioBytesOf } from '../files/same-audio.ts';
import { findZeroStretches } from '../files/zero-stretches.ts';
import { framesWithin, withLostInParts, type LostStretch } from './damaged-while-recording.ts';
import { masterOf, pathOf } from './found-files.ts';

/** A master that has changed since its copy was made while recording. */
export interface ChangedMaster {
  readonly file: RecordingFile;
  /** Where the master now holds only zeros. */
  readonly zeroed: readonly LostStretch[];
  /** The most seconds that the master has lost. */
  readonly seconds: number;
}

/** Looks for a master's losses, in the seconds where its new copy differs from the earlier one. */
export async function changedMaster(
  session: SessionRecord,
  folders: readonly string[],
  file: RecordingFile,
  { start, end }: Stretch,
): Promise<ChangedMaster> {
  const rate = sampleRateOf(session, file.part);
  const bytesPerFrame = 2 * session.channels;
  const master = masterOf(file, session);
  const path = master === undefined ? undefined : await pathOf(master, folders);
  const silences = path === undefined ? [] : await findZeroStretches(await audioBytesOf(path));
  const zeroed = silences.flatMap((silence) =>
    framesWithin(silence, bytesPerFrame, start * rate, end * rate),
  );
  const frames = zeroed.reduce((sum, stretch) => sum + stretch.frames, 0);
  return { file, zeroed, seconds: frames > 0 ? frames / rate : end - start };
}

/** The session with these losses reported as damage, except where damage is reported already. */
export function withChangedMasters(session: SessionRecord, changed: readonly ChangedMaster[]): SessionRecord {
  if (changed.length === 0) return session;
  const told = withLostInParts(
    session,
    (part, track) =>
      changed.flatMap(({ file, zeroed }) => (file.part === part && file.type === track ? zeroed : [])),
    (gap, { startFrame, frames }) =>
      gap.start_frame < startFrame + frames && startFrame < gap.start_frame + gap.frames,
  );
  const { recovered } = session;
  if (recovered === null) return told;
  // A mix and its sides may have lost the same audio, so only the greatest loss of one file counts.
  const lost = Math.max(recovered.lost_seconds_at_most, ...changed.map(({ seconds }) => seconds));
  return { ...told, recovered: { ...recovered, lost_seconds_at_most: lost } };
}
