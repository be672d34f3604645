import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { recordingTypeSchema, type RecordingType } from '../../../src-main/contract/audio-format.ts';
import { filesBelow } from './audio-ledger.ts';

const run = promisify(execFile);
const COPY = /^\.?([a-z]+)_\d+(?:_p(\d+))?.*\.(mp4|mp3)/;

/** A lossy copy, finished or not, under whatever further name. */
export interface LossyCopy {
  readonly name: string;
  readonly type: RecordingType;
  readonly part: number;
  readonly bytes: Buffer;
  /** Of each packet a hash of what it holds; none where no player finds any. */
  readonly packets: readonly string[];
  readonly seconds: number;
}

/** Every copy in a folder, by what it holds. */
export async function lossyCopies(folder: string): Promise<LossyCopy[]> {
  const copies: LossyCopy[] = [];
  for (const path of filesBelow(folder)) {
    const [, word, part = '1'] = COPY.exec(basename(path)) ?? [];
    const type = recordingTypeSchema.safeParse(word);
    if (!type.success) continue;
    const { packets, seconds } = await packetsOf(path);
    copies.push({
      name: basename(path),
      type: type.data,
      part: Number(part),
      bytes: readFileSync(path),
      packets,
      seconds,
    });
  }
  return copies;
}

/** What is encoded in a file, as ffmpeg reads it without decoding. */
async function packetsOf(path: string): Promise<{ packets: string[]; seconds: number }> {
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'quiet', '-i', path, '-map', '0:a:0', '-c', 'copy', '-f', 'framemd5', '-'],
    { maxBuffer: 64 * 1024 * 1024 },
  ).catch(() => ({ stdout: '' }));
  const [, numerator = '1', denominator = '1'] = /^#tb 0: (\d+)\/(\d+)$/m.exec(stdout) ?? [];
  const lines = stdout.split('\n').filter((line) => /^\d/.test(line));
  const columns = lines.map((line) => line.split(',').map((column) => column.trim()));
  const ticks = columns.reduce((sum, column) => sum + Number(column[3] ?? 0), 0);
  return {
    packets: columns.map((column) => column.at(-1) ?? ''),
    seconds: (ticks * Number(numerator)) / Number(denominator),
  };
}

/** True where one of these files is that copy, byte for byte, or has every packet of it. */
export function isStillThere(copy: LossyCopy, now: readonly LossyCopy[]): boolean {
  if (copy.packets.length === 0) return true;
  return now.some(({ bytes, packets }) => {
    if (bytes.equals(copy.bytes)) return true;
    const has = new Set(packets);
    return copy.packets.every((packet) => has.has(packet));
  });
}
