import type { AudioSegment } from '../contract/audio-segment.ts';
import type { TranscriptEntry } from '../contract/transcript.ts';

/**
 * Gives live text times within its turn. A recogniser that answers while it listens gives no times, so the lines of one
 * turn share the turn's time in proportion to their lengths. All other text keeps its times.
 */
export function placeLines(
  lines: readonly TranscriptEntry[],
  segments: readonly AudioSegment[],
): TranscriptEntry[] {
  const [first] = segments;
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return [...lines];
  const live = lines.filter(({ source }) => source === 'live');
  const characters = live.reduce((sum, { text }) => sum + text.length, 0);
  const lengthMs = last.end_ms - first.start_ms;
  let before = 0;
  const placed = live.map((line): TranscriptEntry => {
    const start_ms = first.start_ms + (lengthMs * before) / characters;
    before += line.text.length;
    return {
      ...line,
      interrupted: segments.some(({ interrupted }) => interrupted),
      occurred_at: new Date(
        Date.parse(first.started_at) + Math.round(start_ms - first.start_ms),
      ).toISOString(),
      start_ms,
      end_ms: first.start_ms + (lengthMs * before) / characters,
    };
  });
  return lines.map((line) => placed.find(({ id }) => id === line.id) ?? line);
}

/**
 * Puts live text that came after the end of its turn at the turn's end, after its other lines. The lines share the
 * turn's time once all of them are placed.
 */
export function placeBehind(line: TranscriptEntry, segments: readonly AudioSegment[]): TranscriptEntry {
  const last = segments.at(-1);
  if (last === undefined || line.source !== 'live') return line;
  return {
    ...line,
    interrupted: segments.some(({ interrupted }) => interrupted),
    occurred_at: last.ended_at,
    start_ms: last.end_ms,
    end_ms: last.end_ms,
  };
}
