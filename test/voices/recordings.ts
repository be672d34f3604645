import { execFileSync } from 'node:child_process';
import { extname } from 'node:path';
import { closeGaps, spansOf, type Span } from '../support/sound/spans.ts';
import { levelsOf } from '../support/sound/speech.ts';
import { filesOf, type Corpus } from './packages.ts';

export const RATE = 16_000;
/** A pause up to this long does not end a turn, as in `src-main/turns`. */
export const PAUSE_SECONDS = 0.6;
const STEP_SECONDS = 0.01;
/** Somebody speaks where it is so much louder than the recording's own noise, and no further below its loudest. */
const ABOVE_FLOOR = 8;
const BELOW_LOUDEST = -35;
/** What is shorter is a click, and what is shorter for a turn may be one. */
const SHORTEST_SOUND_SECONDS = 0.03;
const SHORTEST_TURN_SECONDS = 0.2;
/** Less between the noise and the loudest, and nobody can say where speech begins. */
const LEAST_RANGE = 30;

/** Whether so much more or less is asked for must move no bound by more than this. */
const UNSURE_DECIBELS = 5;
const UNSURE_SECONDS = 0.1;

/** Somebody who was recorded, and when he spoke. */
export interface Recording {
  readonly samples: Int16Array;
  readonly spans: readonly Span[];
}

/** Up to `count` recordings, evenly taken from what there is; of an unclear corpus, of unclear bounds too. */
export function recordingsOf(corpus: Corpus, count: number): Recording[] {
  // Of three, one or two may be too short, too long, or of unclear bounds.
  const recordings = evenly(filesOf(corpus), 3 * count).flatMap((path) => {
    const samples = decode(path);
    const seconds = samples.length / RATE;
    const spans =
      seconds > 1 && seconds < 20
        ? corpus.isUnclear === true
          ? spokenSpans(samples, 0)
          : clearSpans(samples)
        : [];
    return spans.length > 0 ? [{ samples, spans }] : [];
  });
  return evenly(recordings, count);
}

function evenly<Item>(items: readonly Item[], count: number): Item[] {
  return items.filter(
    (_, index) =>
      Math.floor((index * count) / items.length) !== Math.floor(((index - 1) * count) / items.length) ||
      items.length <= count,
  );
}

/**
 * When somebody speaks, by loudness alone: what no detector of voices says. None where it depends on how loud one takes
 * a voice to be, as where the room rings on, or where a breath comes before the word.
 */
function clearSpans(samples: Int16Array): readonly Span[] {
  const [spans = [], ...others] = [0, -UNSURE_DECIBELS, UNSURE_DECIBELS].map((sterner) =>
    spokenSpans(samples, sterner),
  );
  const near = (a = NaN, b = NaN) => Math.abs(a - b) <= UNSURE_SECONDS;
  const isClear = others.every(
    (other) =>
      other.length === spans.length &&
      spans.every(
        ({ start, end }, index) => near(start, other[index]?.start) && near(end, other[index]?.end),
      ),
  );
  return isClear ? spans : [];
}

/** @param sterner decibels by which it has to be louder. */
function spokenSpans(samples: Int16Array, sterner: number): readonly Span[] {
  const levels = levelsOf(samples, Math.round(STEP_SECONDS * RATE));
  const sorted = levels.toSorted((a, b) => a - b);
  const floor = sorted[Math.floor(0.03 * sorted.length)] ?? -Infinity;
  const loudest = sorted.at(-1) ?? -Infinity;
  if (loudest - floor < LEAST_RANGE) return [];
  const least = Math.max(floor + ABOVE_FLOOR, loudest + BELOW_LOUDEST) + sterner;
  const sounds = spansOf(
    levels.map((level) => level > least),
    STEP_SECONDS,
  ).filter(({ start, end }) => end - start >= SHORTEST_SOUND_SECONDS - 1e-6);
  const speech = levels.map((_, step) =>
    sounds.some(({ start, end }) => step >= start / STEP_SECONDS - 1e-6 && step < end / STEP_SECONDS - 1e-6),
  );
  const spans = spansOf(closeGaps(speech, Math.round(PAUSE_SECONDS / STEP_SECONDS)), STEP_SECONDS);
  return spans.some(({ start, end }) => end - start < SHORTEST_TURN_SECONDS) ? [] : spans;
}

const INPUT_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  '.raw': ['-f', 's16le', '-ar', String(RATE)],
  '.g722': ['-f', 'g722'],
};

/** Any audio file as one channel at 16 kHz. */
export function decode(path: string): Int16Array {
  const input = INPUT_OPTIONS[extname(path)] ?? [];
  const output = ['-f', 's16le', '-ar', String(RATE), '-ac', '1', '-'];
  const bytes = execFileSync('ffmpeg', ['-v', 'error', ...input, '-i', path, ...output], {
    maxBuffer: 2 ** 28,
  });
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~1)));
}
