import { joined } from '../../audio/riff.ts';
import type { ChapterSpan } from '../chapters.ts';
import { AAC_PACKET_FRAMES } from '../delivery-plan.ts';

/** An AAC track, as the head of its MP4 describes it. */
export interface AacTrack {
  readonly sampleRate: number;
  readonly channels: number;
  /** The AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). */
  readonly description: Uint8Array;
  /** Size of each packet; the first is the encoder's delay. */
  readonly packetBytes: readonly number[];
  /** Where the audio ends, counted without the delay. Packets that begin later are left out. */
  readonly frames: number;
  readonly chapters: readonly ChapterSpan[];
}

const PACKETS_PER_CHUNK = 32;
const IDENTITY_MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

/**
 * Everything of an MP4 before its packets but the `mdat` header: `ftyp` and `moov` (ISO/IEC 14496-12). An edit list
 * leaves out the encoder's delay and ends with the audio, so that the file lasts as long as what was recorded.
 * @param dataOffset where the first packet lies in the file.
 */
export function mp4Head(track: AacTrack, dataOffset: number): Uint8Array {
  const { sampleRate, frames } = track;
  const packets = track.packetBytes.slice(0, 1 + Math.ceil(frames / AAC_PACKET_FRAMES));
  return joined([
    box('ftyp', [ascii('M4A '), u32(0), ascii('M4A mp42isom')]),
    box('moov', [
      versionOne('mvhd', 0, [
        ...[u64(0), u64(0), u32(sampleRate), u64(frames)],
        ...[u32(0x10000), u16(0x100), zeros(10), u32(...IDENTITY_MATRIX), zeros(24), u32(2)],
      ]),
      box('trak', [
        // Flags: enabled, in the movie, in the preview.
        versionOne('tkhd', 7, [
          ...[u64(0), u64(0), u32(1), u32(0), u64(frames)],
          ...[zeros(12), u16(0x100), zeros(2), u32(...IDENTITY_MATRIX), zeros(8)],
        ]),
        box('edts', [versionOne('elst', 0, [u32(1), u64(frames), u64(AAC_PACKET_FRAMES), u32(0x10000)])]),
        box('mdia', [
          // 0x55c4 is the language `und`.
          versionOne('mdhd', 0, [
            ...[u64(0), u64(0), u32(sampleRate), u64(frames + AAC_PACKET_FRAMES)],
            ...[u16(0x55c4), zeros(2)],
          ]),
          versionZero('hdlr', 0, [u32(0), ascii('soun'), zeros(12), ascii('SoundHandler\0')]),
          box('minf', [
            versionZero('smhd', 0, [u32(0)]),
            box('dinf', [versionZero('dref', 0, [u32(1), versionZero('url ', 1, [])])]),
            box('stbl', [
              versionZero('stsd', 0, [u32(1), audioEntry(track, packets)]),
              ...packetTables(packets, frames, dataOffset),
            ]),
          ]),
        ]),
      ]),
      ...(track.chapters.length > 0 ? [box('udta', [chapterList(track.chapters)])] : []),
    ]),
  ]);
}

/** Nero's `chpl`, which ffmpeg, VLC and mpv read: at most 255 chapters, starts in 100 ns, labels up to 255 bytes. */
function chapterList(chapters: readonly ChapterSpan[]): Uint8Array {
  const listed = chapters.slice(0, 255);
  const entries = listed.flatMap(({ startMs, label }) => {
    const text = shortUtf8(label);
    return [u64(startMs * 10_000), Uint8Array.of(text.length), text];
  });
  return versionOne('chpl', 0, [u32(0), Uint8Array.of(listed.length), ...entries]);
}

/** As many whole characters as fit into 255 bytes. */
function shortUtf8(text: string): Uint8Array {
  const target = new Uint8Array(255);
  return target.subarray(0, new TextEncoder().encodeInto(text, target).written);
}

function packetTables(packets: readonly number[], frames: number, dataOffset: number): Uint8Array[] {
  const lastFrames = frames + AAC_PACKET_FRAMES - (packets.length - 1) * AAC_PACKET_FRAMES;
  const chunks = Math.ceil(packets.length / PACKETS_PER_CHUNK);
  const inLastChunk = packets.length - (chunks - 1) * PACKETS_PER_CHUNK;
  const offsets: number[] = [];
  let position = dataOffset;
  packets.forEach((bytes, index) => {
    if (index % PACKETS_PER_CHUNK === 0) offsets.push(position);
    position += bytes;
  });
  const isLarge = position > 0xffff_ffff;
  return [
    versionZero('stts', 0, [u32(2, packets.length - 1, AAC_PACKET_FRAMES, 1, lastFrames)]),
    versionZero('stsc', 0, [
      chunks === 1 ? u32(1, 1, inLastChunk, 1) : u32(2, 1, PACKETS_PER_CHUNK, 1, chunks, inLastChunk, 1),
    ]),
    versionZero('stsz', 0, [u32(0, packets.length), u32Table(packets)]),
    isLarge
      ? versionZero('co64', 0, [u32(chunks), ...offsets.map(u64)])
      : versionZero('stco', 0, [u32(chunks), u32Table(offsets)]),
  ];
}

/** `mp4a` with its `esds` (ISO/IEC 14496-1, 7.2.6.5). */
function audioEntry(track: AacTrack, packets: readonly number[]): Uint8Array {
  const bytes = packets.reduce((sum, each) => sum + each, 0);
  const bitRate = Math.round((bytes * 8 * track.sampleRate) / (packets.length * AAC_PACKET_FRAMES));
  // Object type 0x40 is AAC; 0x15 an audio stream.
  const decoder = descriptor(4, [
    Uint8Array.of(0x40, 0x15, 0, 0, 0),
    u32(bitRate, bitRate),
    descriptor(5, [track.description]),
  ]);
  const stream = descriptor(3, [Uint8Array.of(0, 0, 0), decoder, descriptor(6, [Uint8Array.of(2)])]);
  // The 16.16 rate field ends at 65535; above, readers take it from the AudioSpecificConfig.
  const rateField = track.sampleRate > 0xffff ? 0 : track.sampleRate * 0x10000;
  return box('mp4a', [
    ...[zeros(6), u16(1), zeros(8), u16(track.channels), u16(16), zeros(4), u32(rateField)],
    versionZero('esds', 0, [stream]),
  ]);
}

function descriptor(tag: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(parts);
  return joined([Uint8Array.of(tag, body.length), body]);
}

export function box(type: string, parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  return joined([u32(size), ascii(type), ...parts]);
}

const versionZero = (type: string, flags: number, parts: readonly Uint8Array[]) =>
  box(type, [u32(flags), ...parts]);

const versionOne = (type: string, flags: number, parts: readonly Uint8Array[]) =>
  box(type, [u32(0x0100_0000 | flags), ...parts]);

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const zeros = (count: number): Uint8Array => new Uint8Array(count);

const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);

const u32 = (...values: number[]): Uint8Array => u32Table(values);

function u32Table(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => view.setUint32(index * 4, value));
  return new Uint8Array(view.buffer);
}

export function u64(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(value));
  return new Uint8Array(view.buffer);
}
