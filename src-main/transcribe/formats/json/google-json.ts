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
import { fieldsOf, maybeMs, maybeSecondsSchema, speakerSchema, toMs } from './json-fields.ts';
import { linesOfWords, wordsOf, type SpokenWord } from './words-to-lines.ts';

/** Version 1 says Time and Tag, version 2 Offset and Label; the libraries write them with underscores. */
const wordSchema = z.object({
  word: z.string(),
  startTime: maybeSecondsSchema,
  start_time: maybeSecondsSchema,
  startOffset: maybeSecondsSchema,
  start_offset: maybeSecondsSchema,
  endTime: maybeSecondsSchema,
  end_time: maybeSecondsSchema,
  endOffset: maybeSecondsSchema,
  end_offset: maybeSecondsSchema,
  speakerTag: speakerSchema,
  speaker_tag: speakerSchema,
  speakerLabel: speakerSchema,
  speaker_label: speakerSchema,
});

const resultSchema = z.object({
  alternatives: z
    .array(z.object({ transcript: z.string().optional(), words: z.array(wordSchema).optional() }))
    .optional(),
  resultEndTime: maybeSecondsSchema,
  result_end_time: maybeSecondsSchema,
  resultEndOffset: maybeSecondsSchema,
});

interface Result {
  readonly text: string;
  readonly words: readonly SpokenWord[] | null;
  readonly startMs: number;
  readonly endMs: number | null;
}

/** Google's Speech-to-Text: a list of results, one after the other. Times in seconds, written "1.500s". */
export function fromGoogle(results: readonly unknown[], onSkipped?: OnSkipped): TimedText[] {
  let lastEndMs = 0;
  const read = readEach(
    results,
    (item, index): Result[] => {
      const result = fieldsOf(resultSchema, item, `results.${index}`);
      const [said] = result.alternatives ?? [];
      if (said === undefined) return [];
      const words = spoken(said.words ?? []);
      const startMs = words?.[0]?.start_ms ?? lastEndMs;
      const endMs =
        words?.at(-1)?.end_ms ??
        maybeMs(result.resultEndTime ?? result.result_end_time ?? result.resultEndOffset);
      lastEndMs = endMs ?? lastEndMs;
      return [{ text: cleanText(said.transcript ?? ''), words, startMs, endMs }];
    },
    onSkipped,
  );
  // With speakers requested, version 1 repeats all words at the end, with their speakers.
  const last = read.at(-1);
  const isSummary =
    read.length > 1 &&
    last?.words?.some(({ speaker }) => speaker !== null) === true &&
    read.slice(0, -1).every(({ words }) => words?.some(({ speaker }) => speaker !== null) !== true);
  return inOrder((isSummary ? [last] : read).flatMap(linesOf));
}

function linesOf({ text, words, startMs, endMs }: Result): TimedText[] {
  if (words !== null && (text === '' || words.some(({ speaker }) => speaker !== null)))
    return linesOfWords(words);
  const times = checkedTimes('a result', startMs, endMs);
  return [{ text, ...times, words: words === null ? null : wordsOf(words), speaker: null }];
}

/** A time of 0 is absent from its JSON, and so is an unknown speaker. Null where words have no times. */
function spoken(words: readonly z.infer<typeof wordSchema>[]): SpokenWord[] | null {
  const timed = words.map((word): SpokenWord | null => {
    const end = word.endTime ?? word.end_time ?? word.endOffset ?? word.end_offset;
    if (end == null) return null;
    const start = word.startTime ?? word.start_time ?? word.startOffset ?? word.start_offset ?? 0;
    const speaker = speakerLabel(
      word.speakerLabel ?? word.speaker_label ?? word.speakerTag ?? word.speaker_tag,
    );
    return {
      text: word.word,
      ...checkedTimes(`the word ${JSON.stringify(word.word)}`, toMs(start), toMs(end)),
      speaker: speaker === '0' ? null : speaker,
    };
  });
  const all = timed.filter((word) => word !== null);
  return all.length === 0 || all.length < timed.length ? null : all;
}
