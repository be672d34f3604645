import type { Track } from '../contract/audio-format.ts';
import { sampleRateOf, type SessionRecord } from '../contract/session-record.ts';
import type { ExaminedMaster } from './examined-master.ts';
import { damagedFrames, withTrack } from './recovered-part.ts';

/** A mix whose sides were both removed after it was made. No other file has the audio of its part. */
export interface LoneMix {
  readonly mix: ExaminedMaster;
  /** The tracks that were mixed. */
  readonly tracks: readonly Track[];
  readonly sampleRate: number;
}

/** The lone mixes among the examined files, in parts that had been finished. */
export function loneMixes(before: SessionRecord, examined: readonly ExaminedMaster[]): LoneMix[] {
  return examined.flatMap((mix) => {
    const { part, type, isMaster, isSuperseded } = mix;
    if (type !== 'mixed' || !isMaster || isSuperseded) return [];
    const isSideOfIt = (one: { readonly part: number; readonly type: string }): boolean =>
      one.part === part && one.type !== 'mixed';
    if (examined.some(isSideOfIt) || before.files.some(isSideOfIt)) return [];
    return [{ mix, tracks: before.tracks, sampleRate: sampleRateOf(before, part) }];
  });
}

/** The session with the losses of its lone mixes, reported for both sides: no other file has their audio. */
export function withLoneMixes(
  session: SessionRecord,
  before: SessionRecord,
  examined: readonly ExaminedMaster[],
): SessionRecord {
  let told = session;
  for (const { mix, tracks, sampleRate } of loneMixes(before, examined)) {
    const { part, holds, lastWrittenMs } = mix;
    const { frames, zeroedFrames } = holds;
    const finished = before.files.find(
      (file) => file.master && file.part === part && file.type === 'mixed' && file.status === 'completed',
    );
    const had = Math.round(((finished?.duration_ms ?? 0) / 1000) * sampleRate);
    const missingFrames = Math.max(holds.missingFrames, had - frames);
    if (missingFrames === 0 && zeroedFrames === 0) continue;
    for (const track of tracks) {
      const finding = { track, part, sampleRate, frames, missingFrames, zeroedFrames, lastWrittenMs };
      told = withTrack(told, finding, { frames: 0, crashSeconds: 0 });
    }
  }
  return told;
}

/** Frames of a lone mix that damage destroyed, as reported for its tracks. */
export function damagedOfMix(session: SessionRecord, { mix, tracks }: LoneMix): number {
  return Math.max(0, ...tracks.map((track) => damagedFrames(session, mix.part, track)));
}
