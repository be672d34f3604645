import { z } from 'zod';
import { cleanText } from '../read-text.ts';
import {
  checkedTimes,
  inOrder,
  invalidTranscript,
  readEach,
  speakerLabel,
  type OnSkipped,
  type TimedText,
} from '../timed-text.ts';
import { wordsOfTokens, type Token } from './whisper-tokens.ts';
import { fieldsOf, listIn, speakerSchema } from './json-fields.ts';

/** Times in milliseconds. */
const pieceSchema = z.object({
  text: z.string(),
  offsets: z.object({ from: z.number(), to: z.number().nullish() }),
  tokens: z
    .array(
      z.object({
        text: z.string(),
        offsets: z.object({ from: z.number(), to: z.number() }).optional(),
      }),
    )
    .optional(),
  speaker: speakerSchema,
});

/** whisper.cpp's `-oj` and `-ojf`. */
export function fromWhisperCpp(json: object, onSkipped?: OnSkipped): TimedText[] {
  return inOrder(
    readEach(
      listIn(json, 'transcription'),
      (item, index) => {
        const { text, offsets, tokens, speaker } = fieldsOf(pieceSchema, item, `transcription.${index}`);
        // Only tokens may contain halves of a character.
        if (text.includes('\ufffd'))
          throw invalidTranscript(`text in UTF-8 in segment ${index + 1}`, 'bytes that are not');
        const spelt = cleanText(text);
        return [
          {
            text: spelt,
            ...checkedTimes(`segment ${index + 1}`, offsets.from, offsets.to ?? null),
            words: wordsOfTokens(spelt, (tokens ?? []).flatMap(timedToken)),
            speaker: speakerLabel(speaker),
          },
        ];
      },
      onSkipped,
    ),
  );
}

function timedToken(token: { text: string; offsets?: { from: number; to: number } | undefined }): Token[] {
  const special = /^\s*\[_[A-Z0-9_]+\]\s*$/.test(token.text);
  return special
    ? []
    : [{ text: token.text, from: token.offsets?.from ?? NaN, to: token.offsets?.to ?? NaN }];
}
