import { median } from './median.ts';

/** A piece of audio with what is known of its time. */
export interface TimedPiece {
  readonly durationMs: number;
  /** When its capture began, on a clock of the browser's own. */
  readonly timestampMs: number;
  /** When it was read; never goes back, and may stand still while the computer sleeps. */
  readonly readAtMs: number;
  /** The same moment by the clock on the wall, which goes on while the computer sleeps. */
  readonly wallMs: number;
}

/** A piece that may now be used, and the time before it that was never handed over. */
export interface PlacedPiece<Piece> {
  readonly piece: Piece;
  readonly lostMs: number;
  /** The computer slept in that time. */
  readonly asleep: boolean;
}

export interface DropDetectorOptions {
  /** Stamps that waver by less have not jumped. */
  readonly jumpMs: number;
  /** For so long pieces must have been read no faster than they last, to be sure that none was waiting. */
  readonly steadyMs: number;
}

/** A device's own stamps waver by 20 ms on a busy machine. */
const DEVICE_STAMPS: DropDetectorOptions = { jumpMs: 60, steadyMs: 240 };
/** The moments at which an audio context renders; it does so in bursts, and catches up after it was held up. */
export const CONTEXT_STAMPS: DropDetectorOptions = { jumpMs: 250, steadyMs: 800 };
/** Stamps and readings that differ by less tell the same, and the stamps tell it more exactly. */
const AGREE_MS = 100;
/** Stamps that have crept ahead by more than this have small losses behind them, each too small to be seen. */
const CREPT_MS = 30;
const STEADY_PACE = 1.5;
/** A jump that is still undecided after so long is decided by what is known. */
const LONGEST_DOUBT_MS = 2000;
/** Clocks of audio devices drift by less: 0.2 ms a second. */
const DRIFT = 0.0002;
/** Stamps by which a jump is measured; enough to see through their wavering. */
const RECENT_PIECES = 48;
/** The wall clock is adjusted by less than this, and hardly anybody sleeps for less. */
const SHORTEST_SLEEP_MS = 2000;

interface Reading<Piece> {
  readonly piece: Piece;
  /** How much further its stamp is than the audio received before it accounts for. */
  readonly stampedMs: number;
  /** The same for its reading: what is late is so by chance, but audio that was lost makes all the rest late. */
  readonly readMs: number;
  readonly sleptMs: number;
}

/**
 * Finds the time for which a browser handed over no audio. A stamp that jumps shows where that may have been, but does
 * not prove it: a device newly opened corrects its stamps by as much as 0.6 s and has lost nothing. So the pieces
 * after a jump are held back for a moment, until they are read as they come, and the clock tells whether there are
 * too few of them.
 */
export function createDropDetector<Piece extends TimedPiece>(options: DropDetectorOptions = DEVICE_STAMPS) {
  const { jumpMs, steadyMs } = options;
  let receivedMs = 0;
  let recentStampsMs: number[] = [];
  /** Where stamps and the promptest readings stand while nothing is missing. */
  let stampBaseMs = Infinity;
  let readBaseMs = Infinity;
  let held: Reading<Piece>[] = [];
  let sleptMs = 0;
  let sleptAtBaseMs = 0;
  let lastSkewMs: number | undefined;
  /** What a device newly opened yields first may be read late: it is held until it is read as it comes. */
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

  /** Takes what is held as it is. */
  const release = (): PlacedPiece<Piece>[] => {
    const released = held.map(({ piece }) => ({ piece, lostMs: 0, asleep: false }));
    for (const reading of held) learn(reading);
    held = [];
    return released;
  };

  /** Decides by the readings how much of the jump is audio. */
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
      // From here on the stamps count from where they are.
      recentStampsMs = [];
      stampBaseMs = Infinity;
    }
    return release().map((placed, index) => (index === 0 ? { ...placed, lostMs, asleep } : placed));
  };

  /** The latest of what is held, where it was read as it came. */
  const steady = (): readonly Reading<Piece>[] => {
    const last = held.at(-1)?.piece.readAtMs ?? 0;
    const latest = held.filter(({ piece }) => piece.readAtMs > last - steadyMs);
    const audioMs = sum(latest.slice(1).map(({ piece }) => piece.durationMs));
    return latest.length < held.length && audioMs <= steadyMs * STEADY_PACE ? latest : [];
  };

  const isOverdue = (): boolean =>
    (held.at(-1)?.piece.readAtMs ?? 0) - (held[0]?.piece.readAtMs ?? 0) >= LONGEST_DOUBT_MS;

  const decide = (): PlacedPiece<Piece>[] => {
    // A late stamp, followed by a right one.
    if ((held.at(-1)?.stampedMs ?? 0) - stampBaseMs < jumpMs / 2) return release();
    const readings = steady();
    if (readings.length > 0) return settle(readings);
    return isOverdue() ? settle(held) : [];
  };

  return {
    /** Takes a piece, and gives those that may now be used, in order. */
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
    /** Nothing more comes: what is held is decided now. */
    flush: () => (opening ? release() : settle(held)),
  };
}

/** Browsers drop whole pieces, so the nearest whole number of them is exact. */
function wholePieces(milliseconds: number, pieceMs: number): number {
  return Math.max(0, Math.round(milliseconds / pieceMs)) * pieceMs;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
