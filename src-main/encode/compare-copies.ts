import type { EncodedPacket } from 'mediabunny';
import { isReadWhole } from './unread-bytes.ts';

/** Seconds of a track. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export interface CopyComparison {
  /** Seconds of audio in the first one, up to its last whole packet; 0 where it has none that can be read. */
  readonly seconds: number;
  /** True where the first one was read to its end, but for what a kill cuts off, and the second one has all of it. */
  readonly isHeld: boolean;
  /**
   * Seconds from the first packet of both that is not the same to the last. Undefined where all are the same, and where
   * the very first is not: they may then be of two encoders, and tell nothing of each other. What an encoder makes of a
   * sample depends on those before: the audio may be the same again long before the end.
   */
  readonly differing: Stretch | undefined;
}

const MP3_HEADER_BYTES = 4;
/** Packets at the end of a finished copy, into which its encoder puts what it had left. */
const LAST_PACKETS = 3;

/**
 * Compares what is left of a copy with one that was made from its master since. An encoder makes the same packets of the
 * same samples, so one packet that differs is of a sample that does. Nothing is decoded.
 */
export async function compareCopies(
  leftPath: string,
  madePath: string,
  format: 'mp4' | 'mp3',
): Promise<CopyComparison> {
  const left = openPackets(leftPath);
  const made = openPackets(madePath);
  let differing: Stretch | undefined;
  let [seconds, shared, same, atEnd] = [0, 0, 0, 0];
  let [beyond, packetBytes] = [0, 0];
  try {
    let other = await made.next();
    for (let one = await left.next(); one !== undefined; one = await left.next()) {
      seconds = one.timestamp + one.duration;
      packetBytes += one.byteLength;
      // Where the figures of a finished MP3 go, which a reader passes over there.
      if (shared === 0 && isPlaceholder(one)) continue;
      if (other === undefined) {
        beyond++;
        continue;
      }
      shared++;
      if (isSame(one, other)) {
        same++;
        atEnd = 0;
      } else {
        differing = { start: differing?.start ?? one.timestamp, end: seconds };
        atEnd++;
      }
      other = await made.next();
    }
    // Its end is its own where the other one ended there.
    const isLast = other === undefined && atEnd <= LAST_PACKETS;
    const areSame = same === shared - (isLast ? atEnd : 0);
    const isWhole = await isReadWhole(leftPath, packetBytes, format);
    return {
      seconds,
      isHeld: isWhole && areSame && beyond === 0,
      differing: areSame || same === 0 ? undefined : differing,
    };
  } finally {
    left.close();
    made.close();
  }
}

function isPlaceholder({ data }: EncodedPacket): boolean {
  return data.subarray(MP3_HEADER_BYTES).every((byte) => byte === 0);
}

function isSame(one: EncodedPacket, other: EncodedPacket): boolean {
  return Buffer.from(one.data.buffer, one.data.byteOffset, one.data.byteLength).equals(other.data);
}

/** The packets of a copy, one after another, up to the last whole one; none where it cannot be read. */
function openPackets(path: string): { next(): Promise<EncodedPacket | undefined>; close(): void } {
  let input: { dispose(): void } | undefined;
  const packets = (async function* read(): AsyncGenerator<EncodedPacket, undefined> {
    const { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input } = await import('mediabunny');
    const opened = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
    input = opened;
    try {
      const track = await opened.getPrimaryAudioTrack();
      if (track !== null) yield* new EncodedPacketSink(track).packets();
    } catch {
      // A fragment that was cut off ends it.
    }
    return undefined;
  })();
  return {
    next: async () => (await packets.next()).value ?? undefined,
    close: () => input?.dispose(),
  };
}
