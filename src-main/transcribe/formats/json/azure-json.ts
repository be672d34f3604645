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
import { fieldsOf, listIn, speakerSchema } from './json-fields.ts';

/** A tick is 100 ns. */
const TICKS_PER_MS = 10_000;

const batchSchema = z.object({
  offsetInTicks: z.number(),
  durationInTicks: z.number(),
  speaker: speakerSchema,
  nBest: z.array(z.object({ display: z.string().optional(), lexical: z.string().optional() })).min(1),
});

const fastSchema = z.object({
  text: z.string(),
  offsetMilliseconds: z.number(),
  durationMilliseconds: z.number(),
  speaker: speakerSchema,
});

/** Azure's batch transcription, its times in ticks of 100 ns. */
export function fromAzureBatch(json: object, onSkipped?: OnSkipped): TimedText[] {
  return inOrder(
    readEach(
      listIn(json, 'recognizedPhrases'),
      (item, index) => {
        const phrase = fieldsOf(batchSchema, item, `recognizedPhrases.${index}`);
        const [best] = phrase.nBest;
        const start = phrase.offsetInTicks / TICKS_PER_MS;
        return [
          pieceOf(
            best?.display ?? best?.lexical ?? '',
            start,
            phrase.durationInTicks / TICKS_PER_MS,
            phrase.speaker,
          ),
        ];
      },
      onSkipped,
    ),
  );
}

/** Azure's fast transcription, its times in milliseconds. */
export function fromAzureFast(json: object, onSkipped?: OnSkipped): TimedText[] {
  return inOrder(
    readEach(
      listIn(json, 'phrases'),
      (item, index) => {
        const phrase = fieldsOf(fastSchema, item, `phrases.${index}`);
        return [pieceOf(phrase.text, phrase.offsetMilliseconds, phrase.durationMilliseconds, phrase.speaker)];
      },
      onSkipped,
    ),
  );
}

function pieceOf(
  text: string,
  startMs: number,
  lengthMs: number,
  speaker: string | number | null | undefined,
): TimedText {
  const times = checkedTimes('a phrase', Math.round(startMs), Math.round(startMs + lengthMs));
  return { text: cleanText(text), ...times, words: null, speaker: speakerLabel(speaker) };
}
