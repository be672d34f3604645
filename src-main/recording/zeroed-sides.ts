import type { RecordingType } from '../contract/audio-format.ts';
import { sampleRateOf, type SessionRecord } from '../contract/session-record.ts';
import { isReadable } from '../files/finish-wav.ts';
import { audioBytesOf, type AudioBytes } from '../files/same-audio.ts';
import { findZerosInMix } from '../files/zeros-in-mix.ts';
import { framesWithin, withLostInParts, type LostStretch } from './damaged-while-recording.ts';
import { masterOf, pathOf, trackKey } from './found-files.ts';
import type { ExaminedMaster } from './examined-master.ts';
import { mixedTracks } from './mixed-tracks.ts';

/** Frames of sides that are zero although the mix proves that there was sound, by `trackKey`. */
export type ZeroedSides = ReadonlyMap<string, readonly LostStretch[]>;

interface Audio extends AudioBytes {
  readonly sampleRate: number;
  readonly channels: number;
}

/**
 * Compares sides that have blocks of zeros with the mix that was made of them earlier: audio that a disk has lost
 * reads as silence. Changes nothing. Rejects where a file cannot be read.
 */
export async function findZeroedSides(
  session: SessionRecord,
  examined: readonly ExaminedMaster[],
  folders: readonly string[],
): Promise<ZeroedSides> {
  const zeroed = new Map<string, LostStretch[]>();
  const isSilentSide = ({ type, holds, isSuperseded }: ExaminedMaster): boolean =>
    type !== 'mixed' && !isSuperseded && holds.silentFrames > 0;
  for (const part of new Set(examined.filter(isSilentSide).map((one) => one.part))) {
    const audioOf = async (type: RecordingType): Promise<Audio | undefined> =>
      examinedAudio(examined.find((one) => trackKey(one) === trackKey({ part, type }) && isUsable(one))) ??
      (await finishedAudio(session, { part, type }, folders));
    const mix = await audioOf('mixed');
    const tracks = mixedTracks(session);
    const sides: Audio[] = [];
    for (const track of tracks) {
      const side = await audioOf(track);
      if (side !== undefined) sides.push(side);
    }
    if (mix === undefined || sides.length < tracks.length) continue;
    if (!sides.every((side) => hasShapeOf(side, mix))) continue;
    const found = await findZerosInMix({ sides, mix });
    const bytesPerFrame = 2 * mix.channels;
    for (const [index, type] of tracks.entries()) {
      const known = examined.find((one) => trackKey(one) === trackKey({ part, type }) && isUsable(one));
      // A loss of the header and the samples beside it is reported already.
      const from = known?.holds.zeroedFrames ?? 0;
      const lost = (found[index] ?? []).flatMap((stretch) => framesWithin(stretch, bytesPerFrame, from));
      if (lost.length > 0) zeroed.set(trackKey({ part, type }), lost);
    }
  }
  return zeroed;
}

/** The session with the findings reported as damage. Finding them again adds nothing. */
export function withZeroedSides(session: SessionRecord, zeroed: ZeroedSides): SessionRecord {
  if (zeroed.size === 0) return session;
  return withLostInParts(
    session,
    (part, type) => zeroed.get(trackKey({ part, type })) ?? [],
    (gap, { startFrame }) => gap.start_frame === startFrame,
  );
}

function isUsable({ isMaster, isSuperseded, holds }: ExaminedMaster): boolean {
  return isMaster && !isSuperseded && isReadable(holds) && holds.frames > 0;
}

function examinedAudio(one: ExaminedMaster | undefined): Audio | undefined {
  const shape = one?.holds.shape;
  if (one === undefined || shape === undefined) return undefined;
  const { path, dataOffset, frames, kind } = one.holds;
  // A mix with a damaged header proves nothing.
  if (one.type === 'mixed' && kind !== 'sound') return undefined;
  return { path, dataOffset, dataBytes: frames * 2 * shape.channels, ...shape };
}

async function finishedAudio(
  session: SessionRecord,
  file: { readonly part: number; readonly type: RecordingType },
  folders: readonly string[],
): Promise<Audio | undefined> {
  const row = masterOf(file, session);
  const path = row === undefined ? undefined : await pathOf(row, folders);
  if (path === undefined) return undefined;
  const shape = { sampleRate: sampleRateOf(session, file.part), channels: session.channels };
  return { ...(await audioBytesOf(path)), ...shape };
}

function hasShapeOf(one: Audio, other: Audio): boolean {
  return one.sampleRate === other.sampleRate && one.channels === other.channels;
}
