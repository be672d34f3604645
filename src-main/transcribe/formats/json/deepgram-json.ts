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
  isRecord,
  listIn,
  maybeMs,
  maybeSecondsSchema,
  secondsSchema,
  speakerSchema,
  toMs,
} from './json-fields.ts';
import { spokenWords, wordSchema } from './timed-words.ts';
import { linesOfWords, wordsOf } from './words-to-lines.ts';

const utteranceSchema = z.object({
  transcript: z.string(),
  start: secondsSchema,
  end: maybeSecondsSchema,
  speaker: speakerSchema,
  channel: z.number().optional(),
  words: z.array(wordSchema).nullish(),
});

const channelSchema = z.object({
  alternatives: z
    .array(z.object({ transcript: z.string().optional(), words: z.array(wordSchema).optional() }))
    .min(1),
});

/** Deepgram: `results.channels`, and `results.utterances` where asked for. Times in seconds. */
export function isDeepgram(json: Record<string, unknown>): boolean {
  return isRecord(json.results) && ('channels' in json.results || 'utterances' in json.results);
}

export function fromDeepgram(json: Record<string, unknown>, onSkipped?: OnSkipped): TimedText[] {
  const results = isRecord(json.results) ? json.results : {};
  const channels = Array.isArray(results.channels) ? results.channels.length : 1;
  const isSeveral = channels > 1;
  if (Array.isArray(results.utterances) && results.utterances.length > 0)
    return inOrder(
      readEach(
        results.utterances,
        (item, index) => {
          const said = fieldsOf(utteranceSchema, item, `utterances.${index}`);
          const spoken = spokenWords(said.words ?? []);
          return [
            {
              text: cleanText(said.transcript),
              ...checkedTimes(`utterance ${index + 1}`, toMs(said.start), maybeMs(said.end)),
              words: spoken === null ? null : wordsOf(spoken),
              speaker: voiceOf(said.speaker, said.channel ?? 0, isSeveral),
            },
          ];
        },
        onSkipped,
      ),
    );
  return inOrder(
    readEach(
      listIn(results, 'channels'),
      (item, channel) => {
        const { alternatives } = fieldsOf(channelSchema, item, `channels.${channel}`);
        const [{ transcript = '', words = [] } = {}] = alternatives;
        const spoken = spokenWords(words)?.map((word) => ({
          ...word,
          speaker: voiceOf(word.speaker, channel, isSeveral),
        }));
        if (spoken !== undefined) return linesOfWords(spoken);
        const speaker = voiceOf(null, channel, isSeveral);
        return [{ text: cleanText(transcript), start_ms: null, end_ms: null, words: null, speaker }];
      },
      onSkipped,
    ),
  );
}

/** Speaker numbers begin again in each channel. */
function voiceOf(
  speaker: string | number | null | undefined,
  channel: number,
  isSeveral: boolean,
): string | null {
  const label = speakerLabel(speaker);
  if (!isSeveral) return label;
  return label === null ? `Channel ${channel + 1}` : `Channel ${channel + 1}, ${label}`;
}
