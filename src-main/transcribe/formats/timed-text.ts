import { LecternError } from '../../contract/errors.ts';
import { MAX_SPEAKER_CHARACTERS } from '../../contract/limits.ts';
import type { TranscriptWord } from '../../contract/transcript.ts';

/** Text as a file or a recogniser gave it. Times are milliseconds from the beginning of its audio. */
export interface TimedText {
  readonly text: string;
  /** Null, together with the end, where only the order is known. */
  readonly start_ms: number | null;
  /** Null with a start for the last text without a given end: it lasts until the audio ends. */
  readonly end_ms: number | null;
  /** Null where words have no times of their own. */
  readonly words: readonly TranscriptWord[] | null;
  /** A label or name, where the format separates speakers. */
  readonly speaker: string | null;
}

/** Called for each line that could not be understood, with the reason. The line is skipped, and the others are used. */
export type OnSkipped = (problem: LecternError) => void;

/** Reads text in one format. Throws INVALID_TRANSCRIPT where nothing in it could be understood. */
export type TextParser = (input: string | Uint8Array, onSkipped?: OnSkipped) => TimedText[];

/** Replaces invalid bytes of a file: a noncharacter, which no text has. A line with it is skipped. */
export const UNREADABLE = '\uffff';

/** More than a day of cues of half a second. */
const MAX_PIECES = 200_000;
/** Where this many items from the beginning are not understood, the format is another one. */
const HOPELESS_ITEMS = 2000;

/**
 * Reads each item separately, so that an invalid one does not affect the others. Where all are invalid, throws the
 * first one's error.
 */
export function readEach<Item, Read>(
  items: readonly Item[],
  read: (item: Item, index: number) => readonly Read[],
  onSkipped: OnSkipped = ignore,
): Read[] {
  const all: Read[] = [];
  let first: LecternError | undefined;
  for (const [index, item] of items.entries())
    try {
      for (const piece of read(item, index)) all.push(piece);
    } catch (problem) {
      if (!(problem instanceof LecternError)) throw problem;
      first ??= problem;
      onSkipped(problem);
      if (all.length === 0 && index >= HOPELESS_ITEMS) throw first;
    }
  if (all.length === 0 && first !== undefined) throw first;
  return all;
}

function ignore(): void {
  // A caller that does not count.
}

/**
 * The pieces that contain text, in order of time. A missing end becomes the next piece's start. Throws
 * INVALID_TRANSCRIPT where there are too many.
 */
export function inOrder<Piece extends TimedText>(pieces: readonly Piece[]): Piece[] {
  if (pieces.length > MAX_PIECES)
    throw invalidTranscript(`at most ${MAX_PIECES} pieces of text`, `${pieces.length}`);
  const ordered = pieces
    .filter(({ text }) => text !== '')
    .toSorted((a, b) => (a.start_ms ?? 0) - (b.start_ms ?? 0) || (a.end_ms ?? 0) - (b.end_ms ?? 0));
  let later: { readonly start: number; readonly next: number | null } | undefined;
  return ordered
    .toReversed()
    .map((piece) => {
      if (piece.start_ms === null) return piece;
      // Pieces with the same start have the same next one.
      if (piece.start_ms !== later?.start) later = { start: piece.start_ms, next: later?.start ?? null };
      return piece.end_ms === null ? { ...piece, end_ms: later.next } : piece;
    })
    .toReversed();
}

/**
 * The checked milliseconds of a stretch. `where` names it: "cue 3". A start before the audio, as rounding may give,
 * becomes 0; an end before the start becomes the start; null is a missing end. Impossible times throw
 * INVALID_TRANSCRIPT.
 */
export function checkedTimes<End extends number | null>(
  where: string,
  startMs: number,
  endMs: End,
): { start_ms: number; end_ms: End } {
  const possible = [startMs, endMs ?? startMs].every((time) => Math.abs(time) <= MAX_TIME_MS);
  if (!possible)
    throw invalidTranscript(
      `times from 0 on in ${where}`,
      `${formatMs(startMs)} to ${formatMs(endMs ?? startMs)}`,
    );
  const start_ms = Math.max(0, startMs);
  return { start_ms, end_ms: notBefore(start_ms, endMs) };
}

function notBefore<End extends number | null>(startMs: number, endMs: End): End;
function notBefore(startMs: number, endMs: number | null): number | null {
  return endMs === null ? null : Math.max(startMs, endMs);
}

/** A thousand hours: a later time is a mistake. */
const MAX_TIME_MS = 3_600_000_000;

function formatMs(ms: number): string {
  return Number.isFinite(ms) ? `${ms / 1000} s` : String(ms);
}

/**
 * The label of a speaker in any format, from a name or a number, cut to the allowed length; null for none. Two names
 * that differ only after that length stay different.
 */
export function speakerLabel(speaker: string | number | null | undefined): string | null {
  const label = String(speaker ?? '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (label.length <= MAX_SPEAKER_CHARACTERS) return label === '' ? null : label;
  const sum = Array.from(label).reduce(
    (before, letter) => (before * 31 + (letter.codePointAt(0) ?? 0)) >>> 0,
    7,
  );
  return `${label.slice(0, MAX_SPEAKER_CHARACTERS - 10).toWellFormed()} ${sum.toString(36)}`;
}

export function invalidTranscript(expected: string, got: string, cause?: unknown): LecternError {
  return new LecternError('INVALID_TRANSCRIPT', `Expected ${expected}, got ${got}`, { cause });
}

/** The input, shortened for a message. */
export function quoted(text: string): string {
  const shortened = text.length > 60 ? `${text.slice(0, 60)} ...` : text;
  return JSON.stringify(shortened);
}
