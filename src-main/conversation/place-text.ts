import type { TranscriptWord } from '../contract/transcript.ts';
import type { TimedText } from '../transcribe/formats/timed-text.ts';
import type { Slot } from './speech-pieces.ts';
import type { SpeechStretch } from './speech-plan.ts';

/** Text that was recognised in a stretch, at its place in the session. */
export interface PlacedText {
  readonly text: string;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly words: TranscriptWord[] | null;
}

export interface Placed {
  readonly texts: ReadonlyMap<SpeechStretch, readonly PlacedText[]>;
  /** Stretches whose text cannot be separated from their neighbours': each must be recognised alone. */
  readonly mingled: readonly SpeechStretch[];
}

/** Text without times for its words may reach this far into a neighbour: recognisers end sentences late. */
const TOLERATED_MS = 500;

/** Finds for each text of a piece the stretch in which it was spoken, and its time in the session. */
export function placeText(texts: readonly TimedText[], slots: readonly Slot[]): Placed {
  const placed = new Map<SpeechStretch, PlacedText[]>(slots.map(({ stretch }) => [stretch, []]));
  const mingled = new Set<SpeechStretch>();

  const put = (
    slot: Slot,
    text: string,
    startMs: number,
    endMs: number,
    words: TranscriptWord[] | null,
  ): void => {
    const inSession = (ms: number): number =>
      slot.stretch.startMs + clamp(ms, slot.startMs, slot.endMs) - slot.startMs;
    placed.get(slot.stretch)?.push({
      text,
      start_ms: inSession(startMs),
      end_ms: inSession(endMs),
      words:
        words?.map((word) => ({
          text: word.text,
          start_ms: inSession(word.start_ms),
          end_ms: inSession(word.end_ms),
        })) ?? null,
    });
  };

  for (const { text, start_ms, end_ms, words } of texts) {
    const [only, ...others] = slots;
    if (only === undefined) break;
    if (others.length === 0) {
      put(only, text, start_ms ?? only.startMs, end_ms ?? only.endMs, words === null ? null : [...words]);
      continue;
    }
    if (start_ms === null || end_ms === null) {
      for (const { stretch } of slots) mingled.add(stretch);
      continue;
    }
    if (words !== null) {
      for (const part of splitByWords(text, words, (word) => nearest(slots, middle(word))))
        put(
          part.slot,
          part.text,
          part.words[0]?.start_ms ?? start_ms,
          part.words.at(-1)?.end_ms ?? end_ms,
          part.words,
        );
      continue;
    }
    const touched = slots.filter((slot) => isTouched(slot, start_ms, end_ms));
    const [one, ...more] = touched;
    if (more.length > 0) for (const { stretch } of touched) mingled.add(stretch);
    else put(one ?? nearest(slots, (start_ms + end_ms) / 2), text, start_ms, end_ms, null);
  }
  for (const stretch of mingled) placed.delete(stretch);
  return { texts: placed, mingled: [...mingled] };
}

function isTouched(slot: Slot, startMs: number, endMs: number): boolean {
  const overlap = Math.min(endMs, slot.endMs) - Math.max(startMs, slot.startMs);
  return overlap > Math.min(TOLERATED_MS, (slot.endMs - slot.startMs) / 2);
}

/** A run of words in one place, with the part of the text that contains them. */
export interface WordRun<Place> {
  readonly slot: Place;
  readonly text: string;
  readonly words: TranscriptWord[];
}

/** Cuts text where the place of its words changes; punctuation stays with the word before it. */
export function splitByWords<Place>(
  text: string,
  words: readonly TranscriptWord[],
  placeOf: (word: TranscriptWord) => Place,
): WordRun<Place>[] {
  const runs: { slot: Place; words: TranscriptWord[]; from: number | undefined }[] = [];
  let cursor = 0;
  for (const word of words) {
    const slot = placeOf(word);
    const found = text.indexOf(word.text, cursor);
    if (found !== -1) cursor = found + word.text.length;
    const run = runs.at(-1);
    if (run !== undefined && run.slot === slot) run.words.push(word);
    else runs.push({ slot, words: [word], from: found === -1 ? undefined : found });
  }
  return runs.map(({ slot, words: spoken, from }, index) => {
    const start = index === 0 ? 0 : from;
    const next = runs[index + 1];
    const end = next === undefined ? text.length : next.from;
    const spelt = start === undefined || end === undefined ? undefined : text.slice(start, end).trim();
    return { slot, words: spoken, text: spelt ?? spoken.map((word) => word.text).join(' ') };
  });
}

function nearest(slots: readonly Slot[], ms: number): Slot {
  const distance = (slot: Slot): number => Math.max(slot.startMs - ms, ms - slot.endMs, 0);
  return slots.reduce((best, slot) => (distance(slot) < distance(best) ? slot : best));
}

function middle({ start_ms, end_ms }: TranscriptWord): number {
  return (start_ms + end_ms) / 2;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
