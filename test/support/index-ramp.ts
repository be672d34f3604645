import { open } from 'node:fs/promises';

const RATE = 48_000;

/** What became of a ramp on its way. */
export interface RampReport {
  /** Frames from the first that carries an index to the last. */
  readonly frames: number;
  /** Indexes that are missing, before, between or after. */
  readonly lost: number;
  readonly repeated: number;
  readonly altered: number;
}

const SILENT_SECONDS = 1;

/**
 * Writes raw 48 kHz stereo in which every frame carries its own index: the low 16 bits left, the high byte and a
 * checksum right. A frame of silence, a resampled one or one at another volume does not carry a valid index.
 * A second of silence on either side lets the player and the server start and end at their leisure.
 */
export async function writeIndexRamp(path: string, seconds: number): Promise<void> {
  const file = await open(path, 'w');
  const silence = Buffer.alloc(SILENT_SECONDS * RATE * 4);
  await file.write(silence);
  for (let second = 0; second < seconds; second += 1) {
    const samples = Buffer.alloc(RATE * 4);
    for (let frame = 0; frame < RATE; frame += 1) {
      const index = second * RATE + frame;
      samples.writeUInt16LE(index & 0xffff, frame * 4);
      samples.writeUInt16LE(rightOf(index), frame * 4 + 2);
    }
    await file.write(samples);
  }
  await file.write(silence);
  await file.close();
}

/** Reads the ramp back out of interleaved stereo samples; the silence before and after it does not count. */
export function examineRamp(pcm: Buffer, seconds: number): RampReport {
  const indexes = Array.from({ length: Math.floor(pcm.length / 4) }, (_, frame) => indexAt(pcm, frame));
  const first = indexes.findIndex((index) => index !== undefined);
  const last = indexes.findLastIndex((index) => index !== undefined);
  const report = { frames: 0, lost: 0, repeated: 0, altered: 0 };
  let expected = 0;
  for (const index of first === -1 ? [] : indexes.slice(first, last + 1)) {
    report.frames += 1;
    if (index === undefined) report.altered += 1;
    else if (index < expected) report.repeated += 1;
    else {
      report.lost += index - expected;
      expected = index;
    }
    if (index === undefined || index >= expected) expected += 1;
  }
  report.lost += seconds * RATE - expected;
  return report;
}

/** Frames in a row that carry indexes in a row. */
export interface RampStretch {
  readonly atFrame: number;
  readonly fromIndex: number;
  readonly frames: number;
}

/** The stretches of the ramp in interleaved stereo samples; whatever lies between them carries no index. */
export function rampStretches(pcm: Buffer): RampStretch[] {
  const stretches: { atFrame: number; fromIndex: number; frames: number }[] = [];
  for (let frame = 0; frame < Math.floor(pcm.length / 4); frame += 1) {
    const index = indexAt(pcm, frame);
    // Silence looks like the first frame.
    if (index === undefined || (index === 0 && indexAt(pcm, frame + 1) !== 1)) continue;
    const last = stretches.at(-1);
    const follows =
      last !== undefined && last.atFrame + last.frames === frame && last.fromIndex + last.frames === index;
    if (follows) last.frames += 1;
    else stretches.push({ atFrame: frame, fromIndex: index, frames: 1 });
  }
  return stretches;
}

/** The index that a frame carries, if it does. */
export function indexAt(pcm: Buffer, frame: number): number | undefined {
  if (frame * 4 + 4 > pcm.length) return undefined;
  const right = pcm.readUInt16LE(frame * 4 + 2);
  const index = pcm.readUInt16LE(frame * 4) | ((right >> 8) << 16);
  return rightOf(index) === right ? index : undefined;
}

function rightOf(index: number): number {
  const high = index >> 16;
  return (high << 8) | ((index * 31 + high * 17 + 7) & 0xff);
}
