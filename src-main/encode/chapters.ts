import { sampleRateOf, type SessionRecord } from '../contract/session-record.ts';
import type { Chapter } from './encoder.ts';

/** A chapter with both ends, in milliseconds. */
export interface ChapterSpan {
  readonly startMs: number;
  readonly endMs: number;
  readonly label: string;
}

/** Marked moments, counted in frames, as chapters. */
export function chaptersAt(
  moments: readonly { readonly frame: number; readonly label: string }[],
  sampleRate: number,
): Chapter[] {
  return moments.map(({ frame, label }) => ({ seconds: frame / sampleRate, label }));
}

/** The markers of one part of a session as the chapters of its files. */
export function chaptersOf(
  session: Pick<SessionRecord, 'markers' | 'parts' | 'sample_rate'>,
  part: number,
): Chapter[] {
  const markers = session.markers.filter((marker) => marker.part === part);
  return chaptersAt(markers, sampleRateOf(session, part));
}

/** Chapters in order of time; each ends where the next begins. Those outside the file are left out. */
export function chapterSpans(chapters: readonly Chapter[], durationSeconds: number): ChapterSpan[] {
  const durationMs = Math.round(durationSeconds * 1000);
  const starts = chapters
    .map(({ seconds, label }) => ({ startMs: Math.round(seconds * 1000), label }))
    .filter(({ startMs }) => startMs >= 0 && startMs < durationMs)
    .toSorted((a, b) => a.startMs - b.startMs);
  return starts.map((start, index) => ({ ...start, endMs: starts[index + 1]?.startMs ?? durationMs }));
}

/**
 * Chapters as an MP4 needs them: its chapter track has no holes, so the time before the first chapter becomes one too.
 */
export function fromTheStart(spans: readonly ChapterSpan[]): readonly ChapterSpan[] {
  const [first] = spans;
  if (first === undefined || first.startMs === 0) return spans;
  return [{ startMs: 0, endMs: first.startMs, label: 'Start' }, ...spans];
}

/**
 * The text of an ffmetadata file (ffmpeg-formats, "Metadata"). In FLAC and Opus the same moments are
 * the Vorbis comments CHAPTER001, CHAPTER001NAME (wiki.xiph.org, "Chapter Extension").
 */
export function ffmetadata(spans: readonly ChapterSpan[], style: 'chapters' | 'comments'): string {
  const lines = [';FFMETADATA1'];
  spans.forEach((span, index) => {
    const label = escapeValue(span.label);
    if (style === 'comments') {
      const key = `CHAPTER${String(index + 1).padStart(3, '0')}`;
      lines.push(`${key}=${clockTime(span.startMs)}`, `${key}NAME=${label}`);
    } else {
      lines.push(
        '[CHAPTER]',
        'TIMEBASE=1/1000',
        `START=${span.startMs}`,
        `END=${span.endMs}`,
        `title=${label}`,
      );
    }
  });
  return `${lines.join('\n')}\n`;
}

function escapeValue(text: string): string {
  return text.replaceAll('\0', '').replace(/[=;#\\\n]/g, (character) => `\\${character}`);
}

function clockTime(milliseconds: number): string {
  const part = (divisor: number, modulus: number, digits: number) =>
    String(Math.floor(milliseconds / divisor) % modulus).padStart(digits, '0');
  return `${part(3_600_000, 1e9, 2)}:${part(60_000, 60, 2)}:${part(1000, 60, 2)}.${part(1, 1000, 3)}`;
}
