import { fstatSync, readSync } from 'node:fs';
import { openRegularFile, recreateFile } from '../../disk/regular-file.ts';
import type { ChapterSpan } from '../chapters.ts';
import { AAC_PACKET_FRAMES } from '../delivery-plan.ts';
import { box, mp4Head, u64, type AacTrack } from './mp4-head.ts';
import { writeFully } from '../../disk/write-fully.ts';

/** A finished MP4 with its index in front. Room for the index is reserved while the packets are written. */
export interface IndexedMp4 {
  /** Packets as they come, any number of them at once. */
  append(bytes: Uint8Array): Promise<void>;
  /** `track` with the chapters it was opened with. */
  finish(track: Omit<AacTrack, 'chapters'>): Promise<void>;
}

/** `mdat` with a 64-bit size. */
const MDAT_HEADER_BYTES = 16;
/** Spare room for what the estimate does not know: the AudioSpecificConfig, and the box that fills the rest. */
const SPARE_BYTES = 256;

export async function createIndexedMp4(
  path: string,
  maximumPackets: number,
  chapters: readonly ChapterSpan[] = [],
): Promise<IndexedMp4> {
  const file = await recreateFile(path);
  const packetBytes = Array.from({ length: maximumPackets }, () => 0);
  const frames = maximumPackets * AAC_PACKET_FRAMES;
  const largest = {
    sampleRate: 48_000,
    channels: 2,
    description: new Uint8Array(),
    packetBytes,
    frames,
    chapters,
  };
  // As if it lay past 4 GiB, which makes the index largest.
  const mdatOffset = mp4Head(largest, 2 ** 32).length + SPARE_BYTES;
  const dataOffset = mdatOffset + MDAT_HEADER_BYTES;
  let position = dataOffset;
  return {
    async append(bytes) {
      await writeFully(file, bytes, position);
      position += bytes.length;
    },
    async finish(track) {
      const head = mp4Head({ ...track, chapters }, dataOffset);
      const filler = box('free', [new Uint8Array(mdatOffset - head.length - 8)]);
      const mdat = box('mdat', [u64(position - mdatOffset)]);
      new DataView(mdat.buffer).setUint32(0, 1);
      await writeFully(file, Buffer.concat([head, filler, mdat]), 0);
      await file.close();
    },
  };
}

const COPY_BYTES = 4 * 1024 * 1024;
const MDAT = 0x6d646174;

/**
 * Makes a finished MP4 of a fragmented one whose packets are known, by copying bytes only. Reads synchronously, as
 * there are two small reads for each of thousands of fragments an hour: only for a worker thread.
 */
export async function indexFragmentedMp4(
  fromPath: string,
  toPath: string,
  track: Omit<AacTrack, 'chapters'>,
  chapters: readonly ChapterSpan[],
): Promise<void> {
  const output = await createIndexedMp4(toPath, track.packetBytes.length, chapters);
  const input = await openRegularFile(fromPath);
  try {
    const gathered = new Uint8Array(COPY_BYTES);
    let filled = 0;
    for (const { start, end } of mdatRanges(input.fd)) {
      for (let position = start; position < end;) {
        const wanted = Math.min(COPY_BYTES - filled, end - position);
        const bytesRead = readSync(input.fd, gathered, filled, wanted, position);
        if (bytesRead === 0) throw new Error('The partial MP4 ended while it was copied');
        position += bytesRead;
        filled += bytesRead;
        if (filled === COPY_BYTES) {
          await output.append(gathered);
          filled = 0;
        }
      }
    }
    await output.append(gathered.subarray(0, filled));
  } finally {
    await input.close();
  }
  await output.finish(track);
}

function* mdatRanges(file: number): Generator<{ start: number; end: number }> {
  const fileBytes = fstatSync(file).size;
  const header = new DataView(new ArrayBuffer(8));
  for (let position = 0; position + 8 <= fileBytes;) {
    readSync(file, header, 0, 8, position);
    const bytes = header.getUint32(0);
    if (bytes < 8) throw new Error('The partial MP4 has a box that cannot be read');
    if (header.getUint32(4) === MDAT) yield { start: position + 8, end: position + bytes };
    position += bytes;
  }
}
