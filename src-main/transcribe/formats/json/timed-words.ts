import { z } from 'zod';
import { cleanText } from '../read-text.ts';
import { checkedTimes, speakerLabel } from '../timed-text.ts';
import { maybeSecondsSchema, speakerSchema, toMs } from './json-fields.ts';
import type { SpokenWord } from './words-to-lines.ts';

/** OpenAI's programs use `word`, some servers `text`; Deepgram has a separate key with punctuation. */
export const wordSchema = z.object({
  word: z.string().optional(),
  text: z.string().optional(),
  punctuated_word: z.string().optional(),
  start: maybeSecondsSchema,
  end: maybeSecondsSchema,
  speaker: speakerSchema,
});
export type Word = z.infer<typeof wordSchema>;

/** Null unless every word has times: dropped words would be missing from the text. */
export function spokenWords(words: readonly Word[], msPerUnit = 1000): SpokenWord[] | null {
  const timed: SpokenWord[] = [];
  for (const { word, text, punctuated_word, start, end, speaker } of words) {
    const spelt = punctuated_word ?? word ?? text ?? '';
    if (cleanText(spelt) === '') continue;
    if (start == null || end == null) return null;
    const scale = msPerUnit / 1000;
    timed.push({
      text: spelt,
      ...checkedTimes(`the word ${JSON.stringify(cleanText(spelt))}`, toMs(start * scale), toMs(end * scale)),
      speaker: speakerLabel(speaker),
    });
  }
  return timed.length === 0 ? null : timed;
}
