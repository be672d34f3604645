import type { EncodedPacket } from 'mediabunny';
import { isReadWhole } from './unread-bytes.ts';

/** Seconds of a track. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export interface CopyComparison {
  /** Seconds of audio in the first copy, up to its last complete packet; 0 where it has no readable one. */
  readonly seconds: number;
  /**
   * True where the first copy could be read to its end, apart from what a kill cuts off, and the second one contains
   * all of it.
   */
  readonly isHeld: boolean;
  /**
   * Seconds from the first to the last packet that differs. Undefined where all are equal, and where the very first one
   * differs: the copies may then come from two encoders and cannot be compared. An encoder's result depends on earlier
   * samples, so the audio may be equal again long before the end.
   */
  readonly differing: Stretch | undefined;
}

const MP3_HEADER_BYTES = 4;
/** Packets at the end of a finished copy, where its encoder puts its remaining samples. */
const LAST_PACKETS = 3;

/**
 * Compares the remains of a copy with one made later from its master. An encoder makes equal packets from equal
 * samples, so a packet that differs means a sample that differs. Nothing is decoded.
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
      // The placeholder for a finished MP3's length; in the finished file, readers skip that frame.
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
    // A copy that ended here has an end of its own, which may differ.
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

/** The packets of a copy in order, up to the last complete one; none where it cannot be read. */
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
