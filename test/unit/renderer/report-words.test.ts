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

const words = (...parts: { duration_seconds: number; sample_rate?: number; report?: CaptureReport }[]) =>
  reportWords({ status: 'completed', sample_rate: RATE, parts });

test('a recording with everything in it is called complete', () => {
  expect(words(part(3600))).toEqual({ whole: true, text: 'Complete', details: [] });
  expect(words(part(3600), part(12)).whole).toBe(true);
  expect(words(part(3600), part(12)).text).toMatch(/^Complete, in 2 parts/);
});

test('a hole is told with its length, place and cause', () => {
  expect(words(part(1800, [{ at: 751, seconds: 0.4, cause: 'device_lost' }]))).toEqual({
    whole: false,
    text: '0.4 s missing at 12:31: microphone unplugged',
    details: [],
  });
});

test('several holes are summed up and listed, on the time of the whole recording', () => {
  const { text, details } = words(
    part(3600),
    part(60, [
      { at: 5, seconds: 90, cause: 'suspended' },
      { at: 2, seconds: 0.5, cause: 'disk' },
    ]),
  );
  expect(text).toBe('1 min 31 s missing in 2 places, the first at 1:00:02');
  expect(details).toEqual([
    '0.5 s missing at 1:00:02: the disk did not take it',
    '1 min 30 s missing at 1:00:05: computer asleep or audio held up',
  ]);
});

test('a hole across the border of two parts is one hole', () => {
  const { text } = words(part(10, [{ at: 8, seconds: 2 }]), part(10, [{ at: 0, seconds: 3 }]));
  expect(text).toBe('5.0 s missing at 0:08: audio did not arrive');
});

test('a hundred holes do not fill the screen', () => {
  const holes = Array.from({ length: 100 }, (_, index) => ({ at: index, seconds: 0.1 }));
  const { text, details } = words(part(200, holes));
  expect(text).toBe('10 s missing in 100 places, the first at 0:00');
  expect(details).toHaveLength(11);
  expect(details.at(-1)).toBe('and 90 more places');
});

test('holes beyond those that a report lists are counted too', () => {
  const stormy = part(200, [
    { at: 1, seconds: 0.1 },
    { at: 2, seconds: 0.1 },
  ]);
  const [track] = stormy.report.tracks;
  stormy.report.tracks = track === undefined ? [] : [{ ...track, unlisted: { gaps: 700, frames: RATE } }];
  stormy.report.captured -= RATE;
  const { text, details } = words(stormy);
  expect(text).toBe('1.2 s missing in 702 places, the first at 0:01');
  expect(details.at(-1)).toBe('and 700 more places');
});

test('parts that were recorded at different rates are each told in their own seconds', () => {
  const slower = part(10, [{ at: 4, seconds: 2 }]);
  const { text, details } = words(
    { ...slower, duration_seconds: 20, sample_rate: RATE / 2 },
    part(10, [{ at: 5, seconds: 1 }]),
  );
  expect(text).toBe('5.0 s missing in 2 places, the first at 0:08');
  expect(details[1]).toBe('1.0 s missing at 0:25: audio did not arrive');
});

test('a tiny hole is never rounded away', () => {
  const { whole, text } = words(part(10, [{ at: 1, seconds: 0.001 }]));
  expect(whole).toBe(false);
  expect(text).toMatch(/^less than 0\.01 s missing at 0:01/);
});

test('frames that are missing without a known place still show', () => {
  const short = part(10);
  short.report.captured -= RATE;
  expect(words(short)).toMatchObject({ whole: false, text: '1.0 s missing' });
});

test('a microphone that stood still unnoticed does not make a complete recording', () => {
  expect(words(part(24, [], 27)).whole).toBe(false);
  expect(words(part(24, [], 27)).text).toMatch(/^The clock expected 3\.0 s more/);
  expect(words(part(24, [], 24.5)).whole).toBe(true);
});

test('a recovered recording says how much of its end may be missing, after what is known to be', () => {
  const recovered = { at: '2026-01-05T10:00:00.000Z', lost_seconds_at_most: 0.25 };
  const report = (...parts: ReturnType<typeof part>[]) =>
    reportWords({ status: 'recovered', recovered, sample_rate: RATE, parts });
  expect(report(part(10)).text).toBe('Recovered after a crash: up to 0.25 s at the end may be missing');
  const { text, details } = report(part(10, [{ at: 1, seconds: 1 }]));
  expect([text, ...details]).toEqual([
    '1.0 s missing at 0:01: audio did not arrive',
    'Recovered after a crash: up to 0.25 s at the end may be missing',
  ]);
});

test('a recording without a report is not called complete', () => {
  expect(words({ duration_seconds: 5 }).whole).toBe(false);
});

test('of two sides it is said which one is missing, and that one stopped a moment earlier is no loss', () => {
  const call = part(60);
  const track = (name: 'user' | 'assistant', lost: number) => ({
    ...call.report.tracks[0]!,
    track: name,
    captured: (60 - lost) * RATE,
  });
  const gap = (name: 'user' | 'assistant', at: number, cause: Gap['cause']): Gap => ({
    track: name,
    start_frame: at * RATE,
    frames: (60 - at) * RATE,
    cause,
  });
  call.report.tracks = [track('user', 50), track('assistant', 0.5)];
  call.report.captured = 59.5 * RATE;
  call.report.gaps = [gap('assistant', 59.5, 'ended')];
  expect(words(call)).toMatchObject({ whole: true, text: 'Complete' });
  call.report.gaps = [gap('user', 10, 'no_data'), gap('assistant', 59.5, 'ended')];
  expect(words(call)).toEqual({
    whole: false,
    text: '50 s of the microphone missing at 0:10: nothing came from it',
    details: [],
  });
  call.report.gaps = [gap('assistant', 58, 'device_lost')];
  expect(words(call).text).toBe('2.0 s of the other side missing at 0:58: its source went away');
});

test('a muted microphone does not make a complete recording: what it sent is told, from when on', () => {
  const muted = (seconds: number, ...stretches: [number, number][]) => {
    const recorded = part(seconds);
    const stretch = ([at, length]: [number, number]) => ({ start_frame: at * RATE, frames: length * RATE });
    recorded.report.tracks = recorded.report.tracks.map((track) => ({
      ...track,
      muted: stretches.map(stretch),
    }));
    return recorded;
  };
  const why = 'microphone muted, disconnected or noise-gated';
  expect(words(muted(1800, [751, 540]))).toEqual({
    whole: false,
    onlyMuted: true,
    text: `9 min 0 s of digital silence from 12:31: ${why}`,
    details: [],
  });
  expect(words(muted(60, [50, 10]), muted(60, [0, 20], [30, 5]))).toEqual({
    whole: false,
    onlyMuted: true,
    text: `35 s of digital silence in 2 places, the first from 0:50: ${why}`,
    details: ['30 s of digital silence from 0:50', '5.0 s of digital silence from 1:30'],
  });
  const lost = part(1800, [{ at: 3, seconds: 0.4, cause: 'device_lost' }]);
  const both = words({ ...lost, report: { ...lost.report, tracks: muted(1800, [751, 540]).report.tracks } });
  expect(both).toEqual({
    whole: false,
    text: '0.4 s missing at 0:03: microphone unplugged',
    details: [`9 min 0 s of digital silence from 12:31: ${why}`],
  });
});
