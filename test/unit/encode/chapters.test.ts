import { expect, test } from 'vitest';
import { chapterSpans, chaptersOf, ffmetadata } from '../../../src-main/encode/chapters.ts';

test('chapters come in order of time, each up to the next, and none lies outside the recording', () => {
  const chapters = [
    { seconds: 5, label: 'late' },
    { seconds: 1.5, label: 'early' },
    { seconds: -1, label: 'before' },
    { seconds: 10, label: 'after' },
  ];
  expect(chapterSpans(chapters, 10)).toEqual([
    { startMs: 1500, endMs: 5000, label: 'early' },
    { startMs: 5000, endMs: 10_000, label: 'late' },
  ]);
});

test('a label cannot break out of its line in the metadata file', () => {
  const spans = [{ startMs: 0, endMs: 1000, label: 'a\n[CHAPTER]\0;#=\\' }];
  expect(ffmetadata(spans, 'chapters').split('\n')).toEqual([
    ';FFMETADATA1',
    '[CHAPTER]',
    'TIMEBASE=1/1000',
    'START=0',
    'END=1000',
    'title=a\\',
    '[CHAPTER]\\;\\#\\=\\\\',
    '',
  ]);
  expect(ffmetadata([{ startMs: 3_723_004, endMs: 0, label: 'x' }], 'comments')).toContain(
    'CHAPTER001=01:02:03.004\nCHAPTER001NAME=x\n',
  );
});

test('a part’s markers are chapters at the rate that this part was recorded at', () => {
  const session = {
    sample_rate: 48_000,
    parts: [{ part: 1, started_at: '2026-01-01T00:00:00Z', duration_seconds: 4, sample_rate: 16_000 }],
    markers: [
      { part: 1, frame: 24_000, label: 'first take' },
      { part: 2, frame: 24_000, label: 'second take' },
    ],
  };
  expect(chaptersOf(session, 1)).toEqual([{ seconds: 1.5, label: 'first take' }]);
  expect(chaptersOf(session, 2)).toEqual([{ seconds: 0.5, label: 'second take' }]);
});
