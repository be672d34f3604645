import { expect, test } from 'vitest';
import type { CaptureReport, Gap } from '../../../src-main/contract/capture-report.ts';
import { reportWords } from '../../../src-renderer/i18n/report-words.ts';

const RATE = 16_000;

function part(
  seconds: number,
  gaps: { at: number; seconds: number; cause?: Gap['cause'] }[] = [],
  clock = seconds,
) {
  const expected = seconds * RATE;
  const gapFrames = gaps.reduce((frames, gap) => frames + Math.round(gap.seconds * RATE), 0);
  const captured = expected - gapFrames;
  const report: CaptureReport = {
    captured,
    expected,
    gaps: gaps.map(({ at, seconds: length, cause = 'missing_chunks' }) => ({
      track: 'user',
      start_frame: Math.round(at * RATE),
      frames: Math.round(length * RATE),
      cause,
    })),
    tracks: [
      {
        track: 'user',
        captured,
        expected,
        chunks_received: 1,
        chunks_rejected: 0,
        chunks_duplicated: 0,
        chunks_late: 0,
        clock: clock * RATE,
        clipped_samples: 0,
      },
    ],
  };
  return { duration_seconds: seconds, report };
}

const words = (...parts: { duration_seconds: number; report?: CaptureReport }[]) =>
  reportWords({ status: 'completed', sample_rate: RATE, parts });

test('a recording with everything in it is called complete', () => {
  expect(words(part(3600), part(12))).toEqual({ whole: true, text: 'Complete' });
});

test('a hole is told with its length, place and cause', () => {
  expect(words(part(1800, [{ at: 751, seconds: 0.4, cause: 'device_lost' }]))).toEqual({
    whole: false,
    text: '0.4 s missing at 12:31 (microphone disconnected)',
  });
});

test('holes in a later part are placed on the time of the whole recording', () => {
  const { text } = words(
    part(3600),
    part(60, [
      { at: 5, seconds: 1 },
      { at: 2, seconds: 0.5 },
    ]),
  );
  expect(text).toBe('1.5 s missing in 2 places, the first at 1:00:02');
});

test('a tiny hole is never rounded away', () => {
  const { whole, text } = words(part(10, [{ at: 1, seconds: 0.001 }]));
  expect(whole).toBe(false);
  expect(text).toMatch(/^< 0\.01 s missing at 0:01/);
});

test('frames that are missing without a known place still show', () => {
  const short = part(10);
  short.report.captured -= RATE;
  expect(words(short)).toEqual({ whole: false, text: '1.0 s missing' });
});

test('a microphone that stood still unnoticed does not make a complete recording', () => {
  expect(words(part(24, [], 1584)).whole).toBe(false);
  expect(words(part(24, [], 24.5)).whole).toBe(true);
});

test('a recording without a report is not called complete', () => {
  expect(words({ duration_seconds: 5 }).whole).toBe(false);
});
