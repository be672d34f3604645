import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Track } from '../../../src-main/contract/audio-format.ts';
import type { AudioSegment } from '../../../src-main/contract/audio-segment.ts';
import type { TranscriptEntry } from '../../../src-main/contract/transcript.ts';
import { placeText } from '../../../src-main/conversation/place-text.ts';
import { entriesOf, mergeRecognised } from '../../../src-main/conversation/recognised-entries.ts';
import type { Slot } from '../../../src-main/conversation/speech-pieces.ts';
import {
  planSpeech,
  type SpeechStretch,
  type TrackPart,
} from '../../../src-main/conversation/speech-plan.ts';
import type { TimedText } from '../../../src-main/transcribe/formats/timed-text.ts';

const AT = '2025-03-01T10:00:00.000Z';

function stretch(startMs: number, seconds: number, turnId?: string): SpeechStretch {
  const turn = { interrupted: false, startedAt: AT, startMs, endMs: startMs + seconds * 1000 };
  return {
    role: 'user',
    part: 1,
    path: '/x.wav',
    sampleRate: 16_000,
    startFrame: startMs * 16,
    frames: seconds * 16_000,
    startMs,
    startedAt: AT,
    turn: turnId === undefined ? null : { ...turn, turnId },
  };
}

/** Two turns, of the session's 10th and 60th second, a second apart in what the recogniser hears. */
const [first, second] = [stretch(10_000, 2, 'one'), stretch(60_000, 3, 'two')];
const slots: readonly Slot[] = [
  { stretch: first, startMs: 300, endMs: 2300 },
  { stretch: second, startMs: 3300, endMs: 6300 },
];

const timed = (text: string, start: number, end: number, words?: [string, number, number][]): TimedText => ({
  text,
  start_ms: start,
  end_ms: end,
  words: words?.map(([word, from, to]) => ({ text: word, start_ms: from, end_ms: to })) ?? null,
  speaker: null,
});

describe('text goes to its turn', () => {
  test('by the times of its words, punctuation and all, where one sentence is made of two turns', () => {
    const { texts, mingled } = placeText(
      [
        timed('Yes, of course. Why not?', 300, 6000, [
          ['Yes', 400, 700],
          ['of', 900, 1000],
          ['course', 1000, 1500],
          ['Why', 3400, 3700],
          ['not', 3700, 4200],
        ]),
      ],
      slots,
    );
    expect(mingled).toEqual([]);
    expect(texts.get(first)).toMatchObject([{ text: 'Yes, of course.', start_ms: 10_100, end_ms: 11_200 }]);
    expect(texts.get(second)).toMatchObject([
      {
        text: 'Why not?',
        start_ms: 60_100,
        words: [
          { text: 'Why', start_ms: 60_100 },
          { text: 'not', start_ms: 60_400 },
        ],
      },
    ]);
  });

  test('by its own times where words have none, a little lateness aside', () => {
    const { texts, mingled } = placeText([timed('Yes.', 300, 3600), timed('Why not?', 3400, 6300)], slots);
    expect(mingled).toEqual([]);
    expect([...texts.values()].flat().map(({ text, start_ms }) => [text, start_ms])).toEqual([
      ['Yes.', 10_000],
      ['Why not?', 60_100],
    ]);
  });

  test('or is asked for again where it cannot be told', () => {
    const lateToo = placeText([timed('Yes. Why not?', 300, 6000)], slots);
    expect(lateToo.mingled).toEqual([first, second]);
    expect(lateToo.texts.size).toBe(0);
    const timeless: TimedText = { text: 'Yes.', start_ms: null, end_ms: null, words: null, speaker: null };
    expect(placeText([timeless], slots).mingled).toEqual([first, second]);
    expect(placeText([timeless], slots.slice(0, 1)).texts.get(first)).toMatchObject([
      { text: 'Yes.', start_ms: 10_000, end_ms: 12_000 },
    ]);
  });
});

describe('what is recognised', () => {
  const trackPart = (role: Track, overrides: Partial<TrackPart> = {}): TrackPart => ({
    role,
    part: 1,
    path: `/${role}.wav`,
    sampleRate: 16_000,
    frames: 160_000,
    startMs: 0,
    startedAt: AT,
    isMix: false,
    ...overrides,
  });
  const segment = (
    role: Track,
    start: number,
    seconds: number,
    overrides: Partial<AudioSegment> = {},
  ): AudioSegment => ({
    segment_id: randomUUID(),
    turn_id: randomUUID(),
    role,
    part: 1,
    start_frame: start * 16_000,
    frame_count: seconds * 16_000,
    start_ms: start * 1000,
    end_ms: (start + seconds) * 1000,
    started_at: AT,
    ended_at: AT,
    interrupted: false,
    bleed: false,
    file: null,
    ...overrides,
  });
  const plan = (segments: AudioSegment[], parts: TrackPart[], recovered = false) =>
    planSpeech(
      {
        segments,
        recovered: recovered ? { at: AT, lost_seconds_at_most: 0.25 } : null,
        parts: [...new Set(parts.map(({ part }) => part))].map((part) => ({
          part,
          started_at: AT,
          duration_seconds: 10,
        })),
      },
      parts,
    ).map(({ role, startFrame, frames, turn }) => [
      role,
      startFrame / 16_000,
      frames / 16_000,
      turn !== null,
    ]);

  test('is each turn with a margin that stays clear of its neighbours, without what was only the other side', () => {
    const segments = [
      segment('user', 1, 2),
      segment('user', 3.25, 1),
      segment('user', 6, 1, { bleed: true }),
      segment('assistant', 6, 4),
    ];
    expect(plan(segments, [trackPart('user'), trackPart('assistant')])).toEqual([
      ['user', 0.75, 2.375, true],
      ['user', 3.125, 1.375, true],
      ['assistant', 5.75, 4.25, true],
    ]);
  });

  test('is everything where no turns are known, of a mix once', () => {
    expect(plan([], [trackPart('user'), trackPart('assistant')])).toEqual([
      ['user', 0, 10, false],
      ['assistant', 0, 10, false],
    ]);
    expect(plan([], [trackPart('user', { isMix: true }), trackPart('assistant', { isMix: true })])).toEqual([
      ['user', 0, 10, false],
    ]);
  });

  test('is the end of a recording that was cut off, too, where a turn was not written down', () => {
    expect(plan([segment('user', 1, 2)], [trackPart('user')], true)).toEqual([
      ['user', 0.75, 2.5, true],
      ['user', 3, 7, false],
    ]);
  });
});

describe('entries', () => {
  test('are one for each turn, and its parts together', () => {
    const text = (words: string, at: number) => ({
      text: words,
      start_ms: at,
      end_ms: at + 500,
      words: null,
    });
    const stretches = [stretch(0, 2, 'one'), stretch(2000, 2, 'one'), stretch(9000, 1, 'two')];
    const entries = entriesOf(
      'user',
      [
        { stretch: stretches[0]!, texts: [text('Good', 100), text('morning', 900)] },
        { stretch: stretches[1]!, texts: [text('all.', 2100)] },
        { stretch: stretches[2]!, texts: [] },
      ],
      [],
      randomUUID,
    );
    expect(entries).toMatchObject([
      { turn_id: 'one', text: 'Good morning all.', start_ms: 0, end_ms: 2000, source: 'recogniser' },
    ]);
  });

  const entry = (
    source: TranscriptEntry['source'],
    turn_id: string | null,
    text: string,
    overrides: Partial<TranscriptEntry> = {},
  ): TranscriptEntry => ({
    id: randomUUID(),
    turn_id,
    role: 'user',
    speaker: null,
    text,
    interrupted: false,
    occurred_at: AT,
    start_ms: 1000,
    end_ms: 2000,
    words: null,
    source,
    ...overrides,
  });
  const merged = (known: TranscriptEntry[], fresh: TranscriptEntry[], keepLive = false) =>
    mergeRecognised({ revision: 1, speakers: {}, entries: known }, fresh, {
      roles: ['user'],
      keepLive,
    }).entries.map(({ text }) => text);

  test('of a person stay, of a recogniser are replaced, of live text give way where there is something better', () => {
    const known = [
      entry('recogniser', 'a', 'old'),
      entry('edited', 'b', 'corrected'),
      entry('import', 'c', 'brought'),
      entry('live', 'd', 'live'),
      entry('live', 'e', 'live, and not recognised'),
      entry('recogniser', 'f', 'of the other side', { role: 'assistant' }),
    ];
    const fresh = ['a', 'b', 'c', 'd'].map((turn) => entry('recogniser', turn, `new ${turn}`));
    const text = merged(known, fresh);
    expect(text.toSorted()).toEqual(
      ['corrected', 'brought', 'live, and not recognised', 'of the other side', 'new a', 'new d'].toSorted(),
    );
    expect(merged(known, fresh, true).toSorted()).toEqual(
      ['corrected', 'brought', 'live', 'live, and not recognised', 'of the other side', 'new a'].toSorted(),
    );
  });

  test('of a person without a turn keep their time to themselves', () => {
    const known = [entry('import', null, 'brought', { start_ms: 1000, end_ms: 3000 })];
    const fresh = [
      entry('recogniser', 'a', 'the same', { start_ms: 1200, end_ms: 2500 }),
      entry('recogniser', 'b', 'another', { start_ms: 2800, end_ms: 6000 }),
    ];
    expect(merged(known, fresh).toSorted()).toEqual(['another', 'brought']);
  });
});
