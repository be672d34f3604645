import { z } from 'zod';
import { cleanText } from '../read-text.ts';
import { inOrder, readEach, speakerLabel, type OnSkipped, type TimedText } from '../timed-text.ts';
import { fieldsOf, listIn, maybeSecondsSchema, speakerSchema, toMs } from './json-fields.ts';
import { linesOfWords, type SpokenWord } from './words-to-lines.ts';

/** Rev says `elements`, `value`, `ts` and `end_ts`; Vosk's transcriber `terms`, `text`, `start` and `end`. */
const elementSchema = z.object({
  type: z.string(),
  value: z.string().optional(),
  text: z.string().optional(),
  ts: maybeSecondsSchema,
  end_ts: maybeSecondsSchema,
  start: maybeSecondsSchema,
  end: maybeSecondsSchema,
});
const monologueSchema = z.object({
  speaker: speakerSchema,
  elements: z.array(elementSchema).optional(),
  terms: z.array(elementSchema).optional(),
});

/** Rev's transcripts, and those of vosk-transcriber: what each speaker says in one go. Times in seconds. */
export function fromMonologues(json: object, onSkipped?: OnSkipped): TimedText[] {
  return inOrder(
    readEach(
      listIn(json, 'monologues'),
      (item, index) => {
        const { speaker, elements, terms } = fieldsOf(monologueSchema, item, `monologues.${index}`);
        const label = speakerLabel(speaker);
        const words: SpokenWord[] = [];
        for (const element of elements ?? terms ?? []) {
          const text = element.value ?? element.text ?? '';
          const start = element.ts ?? element.start;
          const before = words.at(-1);
          if (start != null)
            words.push({
              text,
              start_ms: toMs(start),
              end_ms: toMs(element.end_ts ?? element.end ?? start),
              speaker: label,
            });
          // Punctuation, and the spaces between words, which are added again when lines are made.
          else if (before !== undefined && cleanText(text) !== '')
            words[words.length - 1] = { ...before, text: before.text + cleanText(text) };
        }
        return linesOfWords(words);
      },
      onSkipped,
    ),
  );
}
