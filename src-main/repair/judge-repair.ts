import type { FaultCode, Finding } from './finding.ts';

/** What independent readers find in a file. */
export interface Reading {
  /** Length by a reader that believes headers; undefined where it cannot read the file. */
  readonly countedSeconds: number | undefined;
  /** Length that the container declares to ffmpeg; undefined where it declares none. */
  readonly declaredSeconds?: number | undefined;
  /** What ffmpeg decodes, and how many faults it reports; undefined where there is no ffmpeg. */
  readonly decoded?: { readonly seconds: number; readonly complaints: number };
}

/** Faults in a header, or behind the audio, that many readers tolerate. */
const OFTEN_HARMLESS: ReadonlySet<FaultCode> = new Set([
  'wrong-file-size',
  'trailing-garbage',
  'missing-pad',
  'partial-frame',
  'inconsistent-format',
  'undersized',
  'unreadable',
]);
/** Seconds by which readers may differ about one file: padding, delays, a packet at the end. */
const TOLERANCE_SECONDS = 0.25;
/** Seconds from which one length counts as greater than another. */
const MORE_SECONDS = 0.02;

/** True where every reader hears all of the damaged file. It then stays as it is, whatever its structure looks like. */
export function isHeardWhole({ faults, samplesChange, sound }: Finding, reading: Reading): boolean {
  const { decoded, countedSeconds } = reading;
  if (samplesChange === true || decoded === undefined) return false;
  if (!faults.every(({ code }) => OFTEN_HARMLESS.has(code))) return false;
  const agrees = (seconds: number | undefined) =>
    seconds === undefined || Math.abs(seconds - decoded.seconds) <= TOLERANCE_SECONDS;
  return (
    decoded.seconds > 0 &&
    decoded.complaints === 0 &&
    agrees(countedSeconds) &&
    agrees(reading.declaredSeconds) &&
    (sound === undefined || sound.seconds <= decoded.seconds + MORE_SECONDS)
  );
}

export interface NoBetter {
  /** Half a sentence. */
  readonly reason: string;
  /** True where readers hear the original file just as well. */
  readonly heardAlike: boolean;
}

/** Why a mended file is no better than the original; undefined where it is better. */
export function findNoBetter(
  before: Reading,
  after: Reading,
  { samplesChange, kind }: Pick<Finding, 'samplesChange' | 'kind'>,
): NoBetter | undefined {
  const heard = after.decoded?.seconds ?? after.countedSeconds ?? 0;
  if (heard <= 0) return { reason: 'no other reader hears anything in the mended one', heardAlike: false };
  if (samplesChange === true || kind === 'raw') return undefined;
  const heardBefore = (before.decoded === undefined ? before.countedSeconds : before.decoded.seconds) ?? 0;
  if (heard < heardBefore - TOLERANCE_SECONDS) {
    const reason = `another reader hears ${heardBefore.toFixed(2)} s of it, and ${heard.toFixed(2)} s of the mended one`;
    return { reason, heardAlike: false };
  }
  // Without ffmpeg nobody counts tolerated faults. The new file's structure is known to be sound.
  if (before.decoded === undefined || after.decoded === undefined) return undefined;
  const better =
    heard > heardBefore + MORE_SECONDS ||
    after.decoded.complaints < before.decoded.complaints ||
    lengthAgreement(after.declaredSeconds, heard) > lengthAgreement(before.declaredSeconds, heardBefore) ||
    lengthAgreement(after.countedSeconds, heard) > lengthAgreement(before.countedSeconds, heardBefore);
  if (better) return undefined;
  return { reason: 'other readers hear as much of it as of the mended one', heardAlike: true };
}

/** How a declared length agrees with the heard one: 0 there is none, 1 wrong, 2 right. */
function lengthAgreement(seconds: number | undefined, heard: number): 0 | 1 | 2 {
  if (seconds === undefined) return 0;
  return Math.abs(seconds - heard) <= TOLERANCE_SECONDS ? 2 : 1;
}
