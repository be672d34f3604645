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
import { fieldsOf, isRecord, listIn, speakerSchema } from './json-fields.ts';
import { spokenWords, wordSchema } from './timed-words.ts';
import { linesOfWords, wordsOf } from './words-to-lines.ts';

/** Times in milliseconds. */
const utteranceSchema = z.object({
  text: z.string(),
  start: z.number(),
  end: z.number().nullish(),
  speaker: speakerSchema,
  words: z.array(wordSchema).nullish(),
});

const MILLISECONDS = 1;
const OWN_KEYS = [
  'acoustic_model',
  'language_model',
  'audio_duration',
  'audio_url',
  'speech_model',
  'utterances',
  'sentences',
  'paragraphs',
];
const LISTS = ['utterances', 'sentences', 'paragraphs', 'words'] as const;

/**
 * True for AssemblyAI's answer: words have `text` and times in whole milliseconds, and there is a key that others lack,
 * or a confidence for every word.
 */
export function isAssemblyAi(json: object): boolean {
  const timed = LISTS.flatMap((key): unknown[] => {
    const list = z.array(z.unknown()).safeParse(Reflect.get(json, key));
    return list.success ? list.data.slice(0, 50) : [];
  });
  return (
    timed.length > 0 &&
    timed.every(
      (item) =>
        isRecord(item) &&
        typeof item.text === 'string' &&
        Number.isInteger(item.start) &&
        (item.end == null || Number.isInteger(item.end)),
    ) &&
    (OWN_KEYS.some((key) => key in json) || timed.every((item) => isRecord(item) && 'confidence' in item))
  );
}

export function fromAssemblyAi(json: object, onSkipped?: OnSkipped): TimedText[] {
  const key = LISTS.find((list) => {
    const entries: unknown = Reflect.get(json, list);
    return Array.isArray(entries) && entries.length > 0;
  });
  if (key === undefined) return [];
  if (key === 'words') {
    const words = readEach(
      listIn(json, key),
      (item, index) => [fieldsOf(wordSchema, item, `words.${index}`)],
      onSkipped,
    );
    return inOrder(linesOfWords(spokenWords(words, MILLISECONDS) ?? []));
  }
  return inOrder(
    readEach(
      listIn(json, key),
      (item, index) => {
        const { text, start, end, speaker, words } = fieldsOf(utteranceSchema, item, `${key}.${index}`);
        const spoken = spokenWords(words ?? [], MILLISECONDS);
        return [
          {
            text: cleanText(text),
            ...checkedTimes(`${key} ${index + 1}`, start, end ?? null),
            words: spoken === null ? null : wordsOf(spoken),
            speaker: speakerLabel(speaker),
          },
        ];
      },
      onSkipped,
    ),
  );
}
