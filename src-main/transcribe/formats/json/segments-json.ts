import { z } from 'zod';
import { cleanText } from '../read-text.ts';
import { inOrder, readEach, type OnSkipped, type TimedText } from '../timed-text.ts';
import { fieldsOf, isRecord, maybeSecondsSchema } from './json-fields.ts';
import { spokenWords, wordSchema } from './timed-words.ts';
import { fromSegments } from './whisper-json.ts';
import { linesOfWords } from './words-to-lines.ts';

const TEXT_KEYS = ['text', 'transcript', 'sentence', 'word', 'content'];
const START_KEYS = ['start', 'start_time', 'startTime', 'begin', 'from'];
const END_KEYS = ['end', 'end_time', 'endTime', 'stop', 'to'];
const SPEAKER_KEYS = ['speaker', 'speaker_label', 'speaker_id', 'speakerLabel', 'speakerTag'];
const MS_PER_SECOND = 1000;

/** True for an item of a list of texts: it has a start, or a list of its own words. */
export function isSegment(item: unknown): boolean {
  if (!isRecord(item)) return false;
  const hasText = TEXT_KEYS.some((key) => typeof item[key] === 'string');
  return (
    hasText &&
    (isVosk(item) || 'timestamp' in item || 'start_ms' in item || START_KEYS.some((key) => key in item))
  );
}

/** Vosk's answer to a stretch of audio, which gives words by `result`. */
function isVosk(item: unknown): item is Record<string, unknown> & { result: unknown[] } {
  return isRecord(item) && Array.isArray(item.result);
}

/**
 * A list of pieces, or the objects of JSON Lines: faster-whisper's segments, Vosk's results, our own lines, and the
 * same keys of other programs in other spellings. Times in seconds, or by `start_ms` and `end_ms`.
 */
export function fromSegmentList(list: readonly unknown[], onSkipped?: OnSkipped): TimedText[] {
  const items = list.filter((item) => !isSilent(item));
  if (items.length > 0 && items.every(isVosk)) return inOrder(readEach(items, fromVosk, onSkipped));
  if (items.length > 2 && items.every(isWord)) {
    const words = readEach(items, (item, index) => [fieldsOf(wordSchema, item, `words.${index}`)], onSkipped);
    const spoken = spokenWords(words);
    if (spoken !== null) return inOrder(linesOfWords(spoken));
  }
  return fromSegments(items.map(asSegment), [], onSkipped);
}

/** A turn without known text, or Vosk's mark for silence. */
function isSilent(item: unknown): boolean {
  return isRecord(item) && (item.text === null || (item.text === '' && !('start' in item)));
}

function isWord(item: unknown): boolean {
  return isRecord(item) && typeof item.word === 'string' && !('text' in item);
}

function fromVosk(item: unknown, index: number): TimedText[] {
  const { result } = fieldsOf(z.object({ result: z.array(wordSchema) }), item, `results.${index}`);
  const words = spokenWords(result) ?? [];
  const text = isRecord(item) && typeof item.text === 'string' ? cleanText(item.text) : '';
  const lines = linesOfWords(words);
  // It has no punctuation, so each answer is one line, unless there were long pauses.
  return lines.length === 1 && text !== '' ? lines.map((line) => ({ ...line, text })) : lines;
}

function asSegment(item: unknown): unknown {
  if (!isRecord(item)) return item;
  const first = (keys: readonly string[]): unknown =>
    keys.map((key) => item[key]).find((value) => value != null);
  const [from, to] = z.array(z.unknown()).safeParse(item.timestamp).data ?? [];
  const start = from ?? inSeconds(item.start_ms) ?? first(START_KEYS);
  const end = to ?? inSeconds(item.end_ms) ?? first(END_KEYS) ?? behind(start, item.duration);
  const isOwn = 'start_ms' in item;
  return {
    text: first(TEXT_KEYS),
    start,
    end,
    speaker: isOwn ? (item.name ?? item.speaker) : first(SPEAKER_KEYS),
    words: Array.isArray(item.words) ? item.words.map(isOwn ? asSegment : same) : null,
  };
}

function same(item: unknown): unknown {
  return item;
}

function inSeconds(ms: unknown): number | undefined {
  return typeof ms === 'number' ? ms / MS_PER_SECOND : undefined;
}

function behind(start: unknown, duration: unknown): number | undefined {
  const from = maybeSecondsSchema.safeParse(start);
  const length = maybeSecondsSchema.safeParse(duration);
  if (!from.success || !length.success || from.data == null || length.data == null) return undefined;
  return from.data + length.data;
}
