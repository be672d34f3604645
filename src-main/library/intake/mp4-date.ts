import type { FileHandle } from 'node:fs/promises';
import { parseDate } from './parse-date.ts';

const MAX_BOXES = 1024;
const MAX_TAG_BYTES = 256;
/** ISO/IEC 14496-12 counts seconds since the beginning of 1904. */
const EPOCH_MS = Date.UTC(1904, 0, 1);
/** Writers without a clock leave zero. */
const UNSET_MS = EPOCH_MS;

interface Box {
  readonly type: string;
  /** Of what is in it. */
  readonly start: number;
  readonly end: number;
}

/** When an MP4 says that it was made: its movie header, else the tag `©day`. */
export async function readMp4Date(file: FileHandle, size: number): Promise<number | undefined> {
  let made: number | undefined;
  let day: number | undefined;
  for await (const moov of boxesIn(file, 0, size)) {
    if (moov.type !== 'moov') continue;
    for await (const box of boxesIn(file, moov.start, moov.end)) {
      if (box.type === 'mvhd') made = await readMovieHeader(file, box);
      if (box.type === 'udta') day = await readDay(file, box);
    }
  }
  return made ?? day;
}

async function readMovieHeader(file: FileHandle, { start }: Box): Promise<number | undefined> {
  const bytes = await bytesAt(file, start, 12);
  const seconds = bytes[0] === 1 ? Number(bytes.readBigUInt64BE(4)) : bytes.readUInt32BE(4);
  const ms = EPOCH_MS + seconds * 1000;
  return ms === UNSET_MS ? undefined : ms;
}

/** iTunes' `meta/ilst/©day/data`, and QuickTime's `©day`. */
async function readDay(file: FileHandle, udta: Box): Promise<number | undefined> {
  for await (const box of boxesIn(file, udta.start, udta.end)) {
    if (box.type === '\u00a9day') return parseDate(await textIn(file, box, 4));
    // Four bytes of version stand before what is in it.
    if (box.type !== 'meta') continue;
    for await (const list of boxesIn(file, box.start + 4, box.end))
      if (list.type === 'ilst')
        for await (const tag of boxesIn(file, list.start, list.end))
          if (tag.type === '\u00a9day') return parseDate(await textIn(file, tag, 16));
  }
  return undefined;
}

async function textIn(file: FileHandle, { start, end }: Box, headBytes: number): Promise<string> {
  const from = start + headBytes;
  return (await bytesAt(file, from, Math.min(MAX_TAG_BYTES, end - from)))
    .toString('latin1')
    .replace(/\0.*$/s, '');
}

async function* boxesIn(file: FileHandle, start: number, end: number): AsyncGenerator<Box> {
  let position = start;
  for (let count = 0; count < MAX_BOXES && position + 8 <= end; count++) {
    const head = await bytesAt(file, position, 16);
    const short = head.readUInt32BE(0);
    const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? end - position : short;
    if (length < 8) return;
    const inside = position + (short === 1 ? 16 : 8);
    yield { type: head.toString('latin1', 4, 8), start: inside, end: Math.min(end, position + length) };
    position += length;
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, length));
  await file.read(bytes, 0, bytes.length, position);
  return bytes;
}
