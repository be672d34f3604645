import { LecternError } from '../../contract/errors.ts';
import type { TranscriptWord } from '../../contract/transcript.ts';

/** Text as a file or a recogniser gave it. Times are milliseconds from the beginning of its audio. */
export interface TimedText {
  readonly text: string;
  /** Null, with the end, where only the order is known. */
  readonly start_ms: number | null;
  readonly end_ms: number | null;
  /** Null where words have no times of their own. */
  readonly words: readonly TranscriptWord[] | null;
  /** A label or name, where the format told speakers apart. */
  readonly speaker: string | null;
}

/** More than a day of cues of half a second. */
const MAX_PIECES = 200_000;

/** The pieces that hold text, by their time. Throws INVALID_TRANSCRIPT where there are too many. */
export function inOrder(pieces: readonly TimedText[]): TimedText[] {
  if (pieces.length > MAX_PIECES)
    throw invalidTranscript(`at most ${MAX_PIECES} pieces of text`, `${pieces.length}`);
  return pieces
    .filter(({ text }) => text !== '')
    .toSorted((a, b) => (a.start_ms ?? 0) - (b.start_ms ?? 0) || (a.end_ms ?? 0) - (b.end_ms ?? 0));
}

/**
 * Milliseconds of a stretch, checked. `where` names it: "cue 3". An end before its start, which some recognisers make by
 * rounding, is moved to it; times that cannot be throw INVALID_TRANSCRIPT.
 */
export function checkedTimes(
  where: string,
  startMs: number,
  endMs: number,
): { start_ms: number; end_ms: number } {
  const possible = [startMs, endMs].every((time) => time >= 0 && time <= MAX_TIME_MS);
  if (!possible)
    throw invalidTranscript(`times from 0 on in ${where}`, `${formatMs(startMs)} to ${formatMs(endMs)}`);
  return { start_ms: startMs, end_ms: Math.max(startMs, endMs) };
}

/** A thousand hours: beyond it a time is a mistake. */
const MAX_TIME_MS = 3_600_000_000;

function formatMs(ms: number): string {
  return Number.isFinite(ms) ? `${ms / 1000} s` : String(ms);
}

export function invalidTranscript(expected: string, got: string, cause?: unknown): LecternError {
  return new LecternError('INVALID_TRANSCRIPT', `Expected ${expected}, got ${got}`, { cause });
}

/** What came, short enough for a message. */
export function quoted(text: string): string {
  const shortened = text.length > 60 ? `${text.slice(0, 60)} ...` : text;
  return JSON.stringify(shortened);
}
