import { median } from './median.ts';

/** A piece of audio with its times. */
export interface TimedPiece {
  readonly durationMs: number;
  /** When its capture began, on a clock of the browser's own. */
  readonly timestampMs: number;
  /** When it was read. This clock never goes back, and may stop while the computer sleeps. */
  readonly readAtMs: number;
  /** The same moment by the wall clock, which goes on while the computer sleeps. */
  readonly wallMs: number;
}

/** A piece that may be used now, and the lost time before it. */
export interface PlacedPiece<Piece> {
  readonly piece: Piece;
  readonly lostMs: number;
  /** True where the computer slept in that time. */
  readonly asleep: boolean;
}

export interface DropDetectorOptions {
  /** A smaller change of the stamps is no jump. */
  readonly jumpMs: number;
  /** Pieces must arrive at their own pace for this long. Then none of them was waiting to be read. */
  readonly steadyMs: number;
}

/** A device's stamps waver by 20 ms on a busy machine. */
const DEVICE_STAMPS: DropDetectorOptions = { jumpMs: 60, steadyMs: 240 };
/** The stamps are the moments at which an audio context renders. It renders in bursts, and catches up after a delay. */
export const CONTEXT_STAMPS: DropDetectorOptions = { jumpMs: 250, steadyMs: 800 };
/** Where stamps and reading times differ by less, they agree, and the stamps are more exact. */
const AGREE_MS = 100;
/** Stamps that have slowly gained more than this hide several losses, each too small to be seen. */
const CREPT_MS = 30;
const STEADY_PACE = 1.5;
/** After this time, a doubtful jump is decided with the readings so far. */
const LONGEST_DOUBT_MS = 2000;
/** Clocks of audio devices drift by less: 0.2 ms a second. */
const DRIFT = 0.0002;
/** Stamps with which a jump is measured; enough to average out their wavering. */
const RECENT_PIECES = 48;
/** Adjustments of the wall clock are smaller than this, and few people let the computer sleep for less. */
const SHORTEST_SLEEP_MS = 2000;

interface Reading<Piece> {
  readonly piece: Piece;
  /** Its stamp, less the length of all audio received before it. */
  readonly stampedMs: number;
  /** The same for its reading time. A single late reading is chance, but lost audio delays all later readings. */
  readonly readMs: number;
  readonly sleptMs: number;
}

/**
 * Finds time for which a browser delivered no audio. A jump of the stamps is a hint and no proof: a new device
 * corrects its stamps by up to 0.6 s without a loss. So pieces after a jump are held back until they arrive at their
 * own pace. Then the clock shows whether audio is missing.
 */
export function createDropDetector<Piece extends TimedPiece>(options: DropDetectorOptions = DEVICE_STAMPS) {
  const { jumpMs, steadyMs } = options;
  let receivedMs = 0;
  let recentStampsMs: number[] = [];
  /** The stamps and the earliest reading times while nothing is missing. */
  let stampBaseMs = Infinity;
  let readBaseMs = Infinity;
  let held: Reading<Piece>[] = [];
  let sleptMs = 0;
  let sleptAtBaseMs = 0;
  let lastSkewMs: number | undefined;
  /** The first pieces of a new device may be read late: they are held until they arrive at their own pace. */
  let opening = true;

  const learn = ({ piece, stampedMs, readMs, sleptMs: slept }: Reading<Piece>) => {
    const drift = piece.durationMs * DRIFT;
    recentStampsMs.push(stampedMs);
    if (recentStampsMs.length > RECENT_PIECES) recentStampsMs.shift();
    stampBaseMs = Math.min(median(recentStampsMs), stampBaseMs + drift);
    readBaseMs = Math.min(readMs, readBaseMs + drift);
    sleptAtBaseMs = slept;
  };

  const read = (piece: Piece): Reading<Piece> => {
    const skewMs = piece.wallMs - piece.readAtMs;
    if (lastSkewMs !== undefined && skewMs - lastSkewMs > SHORTEST_SLEEP_MS) sleptMs += skewMs - lastSkewMs;
    lastSkewMs = skewMs;
    const countedMs = receivedMs - sleptMs;
    receivedMs += piece.durationMs;
    return { piece, stampedMs: piece.timestampMs - countedMs, readMs: piece.readAtMs - countedMs, sleptMs };
  };

  /** Releases the held pieces without a loss. */
  const release = (): PlacedPiece<Piece>[] => {
    const released = held.map(({ piece }) => ({ piece, lostMs: 0, asleep: false }));
    for (const reading of held) learn(reading);
    held = [];
    return released;
  };

  /** Decides by the reading times how much of the jump is lost audio. */
  const settle = (readings: readonly Reading<Piece>[]): PlacedPiece<Piece>[] => {
    const first = held[0];
    if (first === undefined) return [];
    const usualMs = median(recentStampsMs);
    const fromMs = usualMs - stampBaseMs > CREPT_MS ? stampBaseMs : usualMs;
    const stampJumpMs = median(held.map(({ stampedMs }) => stampedMs)) - fromMs;
    const missingMs = Math.min(...readings.map(({ readMs }) => readMs)) - readBaseMs;
    const isMissing = missingMs >= (jumpMs * 2) / 3;
    const agree = isMissing && Math.abs(stampJumpMs - missingMs) <= AGREE_MS;
    const acceptedMs = agree ? stampJumpMs : isMissing ? missingMs : 0;
    const lostMs = wholePieces(acceptedMs, first.piece.durationMs);
    const asleep = (first.sleptMs - sleptAtBaseMs) * 2 > lostMs;
    receivedMs += acceptedMs;
    held = held.map((reading) => ({
      ...reading,
      stampedMs: reading.stampedMs - acceptedMs,
      readMs: reading.readMs - acceptedMs,
    }));
    if (!agree) {
      // The stamps get a new base from here on.
      recentStampsMs = [];
      stampBaseMs = Infinity;
    }
    return release().map((placed, index) => (index === 0 ? { ...placed, lostMs, asleep } : placed));
  };

  /** The latest held pieces, if they arrived at their own pace; otherwise none. */
  const steady = (): readonly Reading<Piece>[] => {
    const last = held.at(-1)?.piece.readAtMs ?? 0;
    const latest = held.filter(({ piece }) => piece.readAtMs > last - steadyMs);
    const audioMs = sum(latest.slice(1).map(({ piece }) => piece.durationMs));
    return latest.length < held.length && audioMs <= steadyMs * STEADY_PACE ? latest : [];
  };

  const isOverdue = (): boolean =>
    (held.at(-1)?.piece.readAtMs ?? 0) - (held[0]?.piece.readAtMs ?? 0) >= LONGEST_DOUBT_MS;

  const decide = (): PlacedPiece<Piece>[] => {
    // Only one stamp was late; the next one is right again.
    if ((held.at(-1)?.stampedMs ?? 0) - stampBaseMs < jumpMs / 2) return release();
    const readings = steady();
    if (readings.length > 0) return settle(readings);
    return isOverdue() ? settle(held) : [];
  };

  return {
    /** Takes a piece. Returns the pieces that may be used now, in order. */
    take(piece: Piece): readonly PlacedPiece<Piece>[] {
      const reading = read(piece);
      const jumped = reading.stampedMs - stampBaseMs > jumpMs;
      held.push(reading);
      if (opening) {
        opening = steady().length === 0 && !isOverdue();
        return opening ? [] : release();
      }
      return held.length > 1 || jumped ? decide() : release();
    },
    /** Ends the stream: decides about the held pieces now. */
    flush: () => (opening ? release() : settle(held)),
  };
}

/** Browsers drop whole pieces, so the loss is a whole number of them. */
function wholePieces(milliseconds: number, pieceMs: number): number {
  return Math.max(0, Math.round(milliseconds / pieceMs)) * pieceMs;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
