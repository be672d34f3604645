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
import { spokenWords, wordSchema, type Word } from './timed-words.ts';
import { wordsOf } from './words-to-lines.ts';

const segmentSchema = z.object({
  text: z.string(),
  start: secondsSchema,
  end: maybeSecondsSchema,
  words: z.array(wordSchema).nullish(),
  speaker: speakerSchema,
});
type Segment = z.infer<typeof segmentSchema>;

/** OpenAI's program and API, and what speaks like them: times in seconds. */
const wholeSchema = z.object({
  text: z.string().optional(),
  /** With word times requested, the API lists words beside the segments. */
  words: z.array(wordSchema).nullish(),
});

export function fromWhisper(json: object, onSkipped?: OnSkipped): TimedText[] {
  const { text, words } = fieldsOf(wholeSchema, json, 'the object');
  const hasSegments = 'segments' in json && json.segments !== null;
  return hasSegments && listIn(json, 'segments').length > 0
    ? fromSegments(listIn(json, 'segments'), words ?? [], onSkipped)
    : inOrder([whole(text ?? '', words ?? [])]);
}

function whole(text: string, words: readonly Word[]): TimedText {
  const spoken = spokenWords(words);
  return {
    text: cleanText(text),
    start_ms: spoken?.[0]?.start_ms ?? null,
    end_ms: spoken?.at(-1)?.end_ms ?? null,
    words: spoken === null ? null : wordsOf(spoken),
    speaker: null,
  };
}

/** A list of segments, as in faster-whisper and similar programs; each is read separately. */
export function fromSegments(
  list: readonly unknown[],
  beside: readonly Word[],
  onSkipped?: OnSkipped,
): TimedText[] {
  const segments = readEach(
    list,
    (item, index): { segment: Segment; index: number }[] => [
      { segment: fieldsOf(segmentSchema, item, `segments.${index}`), index },
    ],
    onSkipped,
  );
  const loose = besideSegments(
    segments.map(({ segment }) => segment),
    beside,
  );
  return inOrder(
    readEach(
      segments,
      ({ segment, index }) => {
        const spoken = spokenWords(segment.words ?? loose.get(segment) ?? []);
        return [
          {
            text: cleanText(segment.text),
            ...checkedTimes(`segment ${index + 1}`, toMs(segment.start), maybeMs(segment.end)),
            words: spoken === null ? null : wordsOf(spoken),
            speaker: speakerLabel(segment.speaker),
          },
        ];
      },
      onSkipped,
    ),
  );
}

/** Assigns each word to the segment that contains its middle. */
function besideSegments(segments: readonly Segment[], words: readonly Word[]): Map<Segment, Word[]> {
  const loose = new Map(segments.map((segment) => [segment, [] as Word[]]));
  let index = 0;
  for (const word of words) {
    const middle = ((word.start ?? 0) + (word.end ?? word.start ?? 0)) / 2;
    while (index + 1 < segments.length && middle >= endOf(segments, index)) index++;
    const segment = segments[index];
    if (segment !== undefined) loose.get(segment)?.push(word);
  }
  return loose;
}

function endOf(segments: readonly Segment[], index: number): number {
  return segments[index]?.end ?? segments[index + 1]?.start ?? Infinity;
}
