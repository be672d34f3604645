import { z } from 'zod';
import { describeProblem } from '../../contract/parse-problem.ts';
import type { TranscriptWord } from '../../contract/transcript.ts';
import { readJson } from './read-json.ts';
import { cleanText } from './read-text.ts';
import { checkedTimes, inOrder, invalidTranscript, type TimedText } from './timed-text.ts';
import { wordsOfTokens, type Token } from './whisper-tokens.ts';

const seconds = z.number().nullish();

const wordSchema = z.object({
  // OpenAI's programs say `word`; some servers say `text`.
  word: z.string().optional(),
  text: z.string().optional(),
  start: seconds,
  end: seconds,
});
type Word = z.infer<typeof wordSchema>;

/** OpenAI's program and API, and what speaks like them: times in seconds. */
const openAiSchema = z.object({
  text: z.string().optional(),
  segments: z
    .array(
      z.object({
        text: z.string(),
        start: z.number(),
        end: z.number(),
        words: z.array(wordSchema).nullish(),
        speaker: z.string().nullish(),
      }),
    )
    .nullish(),
  /** Asked for by the word, the API lists words beside the segments. */
  words: z.array(wordSchema).nullish(),
});

/** whisper.cpp: times in milliseconds. */
const whisperCppSchema = z.object({
  transcription: z.array(
    z.object({
      text: z.string(),
      offsets: z.object({ from: z.number(), to: z.number() }),
      tokens: z
        .array(
          z.object({
            text: z.string(),
            offsets: z.object({ from: z.number(), to: z.number() }).optional(),
          }),
        )
        .optional(),
      speaker: z.string().optional(),
    }),
  ),
});

/** Whisper's JSON: of OpenAI's program and API, and of whisper.cpp, which is seen from it. Throws INVALID_TRANSCRIPT. */
export function parseWhisper(input: string | Uint8Array): TimedText[] {
  const json = readJson(input);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw invalidTranscript(EXPECTED, Array.isArray(json) ? 'a list' : String(json).slice(0, 60));
  if ('transcription' in json) return fromWhisperCpp(parsed(whisperCppSchema, json));
  if ('segments' in json || 'text' in json) return fromOpenAi(parsed(openAiSchema, json));
  throw invalidTranscript(
    EXPECTED,
    `an object with ${Object.keys(json).slice(0, 5).join(', ') || 'nothing in it'}`,
  );
}

const EXPECTED = "Whisper's JSON: an object with segments, transcription or text";

function parsed<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw invalidTranscript(EXPECTED, describeProblem(result.error, json));
}

function fromOpenAi({ text, segments, words }: z.infer<typeof openAiSchema>): TimedText[] {
  if (segments == null || segments.length === 0) {
    const all = wordsIn(words ?? []);
    const [first] = all ?? [];
    const last = all?.at(-1);
    return inOrder([
      {
        text: cleanText(text ?? ''),
        start_ms: first?.start_ms ?? null,
        end_ms: last?.end_ms ?? null,
        words: all,
        speaker: null,
      },
    ]);
  }
  const loose = new Map(segments.map((segment) => [segment, [] as Word[]]));
  let index = 0;
  for (const word of words ?? []) {
    const middle = ((word.start ?? 0) + (word.end ?? word.start ?? 0)) / 2;
    while (index + 1 < segments.length && middle >= (segments[index]?.end ?? Infinity)) index++;
    const segment = segments[index];
    if (segment !== undefined) loose.get(segment)?.push(word);
  }
  return inOrder(
    segments.map((segment, number) => ({
      text: cleanText(segment.text),
      ...checkedTimes(`segment ${number + 1}`, toMs(segment.start), toMs(segment.end)),
      words: wordsIn(segment.words ?? loose.get(segment) ?? []),
      speaker: segment.speaker == null || segment.speaker === '' ? null : segment.speaker.slice(0, 80),
    })),
  );
}

/** Null unless every one has its times: words that are left out would be missing from the text. */
function wordsIn(words: readonly Word[]): TranscriptWord[] | null {
  const timed: TranscriptWord[] = [];
  for (const { word, text, start, end } of words) {
    const spelt = cleanText(word ?? text ?? '');
    if (spelt === '') continue;
    if (start == null || end == null) return null;
    timed.push({ text: spelt, ...checkedTimes(`the word ${JSON.stringify(spelt)}`, toMs(start), toMs(end)) });
  }
  return timed.length === 0 ? null : timed;
}

/** Whole milliseconds: seconds as binary fractions would come out as 2999.9999. */
function toMs(time: number): number {
  return Math.round(time * 1000);
}

function fromWhisperCpp({ transcription }: z.infer<typeof whisperCppSchema>): TimedText[] {
  return inOrder(
    transcription.map(({ text, offsets, tokens, speaker }, index) => {
      // Of the tokens alone it is known that they may hold halves of a character.
      if (text.includes('\ufffd'))
        throw invalidTranscript(`text in UTF-8 in segment ${index + 1}`, 'bytes that are not');
      const spelt = cleanText(text);
      return {
        text: spelt,
        ...checkedTimes(`segment ${index + 1}`, offsets.from, offsets.to),
        words: wordsOfTokens(spelt, (tokens ?? []).flatMap(timedToken)),
        speaker: speaker === undefined || speaker === '' ? null : speaker.slice(0, 80),
      };
    }),
  );
}

function timedToken(token: { text: string; offsets?: { from: number; to: number } | undefined }): Token[] {
  const special = /^\s*\[_[A-Z0-9_]+\]\s*$/.test(token.text);
  return special
    ? []
    : [{ text: token.text, from: token.offsets?.from ?? NaN, to: token.offsets?.to ?? NaN }];
}
