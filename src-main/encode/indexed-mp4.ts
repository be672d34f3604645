import { open, type FileHandle } from 'node:fs/promises';
import { box, mp4Head, u64, type AacTrack } from './mp4-head.ts';
import { writeFully } from './write-fully.ts';

/** A finished MP4: its index in front, room for which is kept while the packets are written. */
export interface IndexedMp4 {
  /** Packets as they come, any number of them at once. */
  append(bytes: Uint8Array): Promise<void>;
  finish(track: AacTrack): Promise<void>;
}

/** `mdat` with a 64-bit size. */
const MDAT_HEADER_BYTES = 16;
/** For what the estimate cannot know, the AudioSpecificConfig, and for the box that fills the rest. */
const SPARE_BYTES = 256;

export async function createIndexedMp4(path: string, maximumPackets: number): Promise<IndexedMp4> {
  const file = await open(path, 'w', 0o600);
  const packetBytes = Array.from({ length: maximumPackets }, () => 0);
  const largest = {
    sampleRate: 48_000,
    channels: 2,
    description: new Uint8Array(),
    packetBytes,
    frames: Infinity,
  };
  const mdatOffset = mp4Head({ ...largest, frames: maximumPackets * 1024 }, 0).length + SPARE_BYTES;
  const dataOffset = mdatOffset + MDAT_HEADER_BYTES;
  let position = dataOffset;
  return {
    async append(bytes) {
      await writeFully(file, bytes, position);
      position += bytes.length;
    },
    async finish(track) {
      const head = mp4Head(track, dataOffset);
      const filler = box('free', [new Uint8Array(mdatOffset - head.length - 8)]);
      const mdat = box('mdat', [u64(position - mdatOffset)]);
      new DataView(mdat.buffer).setUint32(0, 1);
      await writeFully(file, Buffer.concat([head, filler, mdat]), 0);
      await file.close();
    },
  };
}

const COPY_BYTES = 1024 * 1024;

/** Makes a finished MP4 of a fragmented one whose packets are known: only bytes are copied, nothing is parsed. */
export async function indexFragmentedMp4(fromPath: string, toPath: string, track: AacTrack): Promise<void> {
  const output = await createIndexedMp4(toPath, track.packetBytes.length);
  const input = await open(fromPath, 'r');
  try {
    for await (const { start, end } of mdatRanges(input)) {
      for (let position = start; position < end;) {
        const buffer = new Uint8Array(Math.min(COPY_BYTES, end - position));
        const { bytesRead } = await input.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) throw new Error('The partial MP4 ended while it was copied');
        await output.append(buffer.subarray(0, bytesRead));
        position += bytesRead;
      }
    }
  } finally {
    await input.close();
  }
  await output.finish(track);
}

async function* mdatRanges(file: FileHandle): AsyncGenerator<{ start: number; end: number }> {
  const { size: fileBytes } = await file.stat();
  const header = new DataView(new ArrayBuffer(8));
  for (let position = 0; position + 8 <= fileBytes;) {
    await file.read(header, 0, 8, position);
    const bytes = header.getUint32(0);
    if (bytes < 8) throw new Error('The partial MP4 has a box that cannot be read');
    if (header.getUint32(4) === 0x6d646174) yield { start: position + 8, end: position + bytes };
    position += bytes;
  }
}
