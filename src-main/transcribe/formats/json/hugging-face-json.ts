import { z } from 'zod';
import { cleanText } from '../read-text.ts';
import {
  checkedTimes,
  inOrder,
  readEach,
  speakerLabel,
  type OnSkipped,
  type TimedText,
} from '../timed-text.ts';
import {
  fieldsOf,
  listIn,
  maybeMs,
  maybeSecondsSchema,
  secondsSchema,
  speakerSchema,
  toMs,
} from './json-fields.ts';
import { linesOfWords } from './words-to-lines.ts';

const chunkSchema = z.object({
  text: z.string(),
  timestamp: z.tuple([secondsSchema, maybeSecondsSchema]),
  speaker: speakerSchema,
});

/** With at least this many chunks, all of one word, the chunks are words. */
const FEWEST_WORDS = 3;

/** The speech pipeline of Hugging Face's transformers: `chunks` with `timestamp: [start, end or null]` in seconds. */
export function fromHuggingFace(json: object, onSkipped?: OnSkipped): TimedText[] {
  // Programs that separate speakers add the same chunks with a name.
  const list =
    'speakers' in json && Array.isArray(json.speakers) && json.speakers.length > 0 ? 'speakers' : 'chunks';
  const pieces = readEach(
    listIn(json, list),
    (item, index) => {
      const { text, timestamp, speaker } = fieldsOf(chunkSchema, item, `${list}.${index}`);
      const [start, end] = timestamp;
      return [
        {
          raw: text,
          text: cleanText(text),
          ...checkedTimes(`chunk ${index + 1}`, toMs(start), maybeMs(end)),
          words: null,
          speaker: speakerLabel(speaker),
        },
      ];
    },
    onSkipped,
  );
  const ordered = inOrder(pieces);
  const areWords = ordered.length >= FEWEST_WORDS && ordered.every(({ text }) => !/\s/.test(text));
  if (!areWords)
    return ordered.map(({ text, start_ms, end_ms, words, speaker }) => ({
      text,
      start_ms,
      end_ms,
      words,
      speaker,
    }));
  const hasSpaces = ordered.slice(1).some(({ raw }) => /^\s/.test(raw));
  return linesOfWords(
    ordered.map(({ raw, text, start_ms, end_ms, speaker }) => ({
      text: hasSpaces ? raw : text,
      start_ms,
      end_ms,
      speaker,
    })),
  );
}
