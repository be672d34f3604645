import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RecordingType } from '../contract/audio-format.ts';
import { writeAtomically } from '../disk/atomic-file.ts';
import { readRegularFile } from '../disk/regular-file.ts';

/** SHA-256 of the source of the peaks, in front of them. */
const KEY_BYTES = 32;
/** A week of audio has fewer; a larger file was not written by us. */
const MAX_PEAKS_BYTES = 64 * 1024 * 1024;

/** Beside the audio. It is hidden, so that nobody takes it for a recording, and can easily be made again. */
function peaksPath(folder: string, track: RecordingType): string {
  return join(folder, `.waveform-${track}`);
}

/** The peaks stored in `folder`; undefined where there are none, or where their source is not `madeFrom`. */
export async function readPeaks(
  folder: string,
  track: RecordingType,
  madeFrom: string,
): Promise<Uint16Array | undefined> {
  const bytes = await readRegularFile(peaksPath(folder, track), MAX_PEAKS_BYTES).catch(() => undefined);
  if (bytes === undefined || !bytes.subarray(0, KEY_BYTES).equals(keyOf(madeFrom))) return undefined;
  const peaks = new Uint16Array((bytes.length - KEY_BYTES) >> 1);
  for (let index = 0; index < peaks.length; index++) peaks[index] = bytes.readUInt16LE(KEY_BYTES + index * 2);
  return peaks;
}

/** Keeps peaks for the next time. Rejects where the folder cannot be written. */
export async function writePeaks(
  folder: string,
  track: RecordingType,
  madeFrom: string,
  peaks: Uint16Array,
): Promise<void> {
  const path = peaksPath(folder, track);
  const bytes = Buffer.alloc(KEY_BYTES + peaks.length * 2);
  keyOf(madeFrom).copy(bytes);
  for (const [index, peak] of peaks.entries()) bytes.writeUInt16LE(peak, KEY_BYTES + index * 2);
  await writeAtomically(path, (file) => file.writeFile(bytes), { durable: false });
}

function keyOf(madeFrom: string): Buffer {
  return createHash('sha256').update(madeFrom).digest();
}
