import { fromAssemblyAi, isAssemblyAi } from './json/assembly-ai-json.ts';
import { fromAws, isAws } from './json/aws-json.ts';
import { fromAzureBatch, fromAzureFast } from './json/azure-json.ts';
import { fromDeepgram, isDeepgram } from './json/deepgram-json.ts';
import { fromGoogle } from './json/google-json.ts';
import { fromHuggingFace } from './json/hugging-face-json.ts';
import { isRecord } from './json/json-fields.ts';
import { fromMonologues } from './json/monologues-json.ts';
import { fromSegmentList, isSegment } from './json/segments-json.ts';
import { fromWhisperCpp } from './json/whisper-cpp-json.ts';
import { fromWhisper } from './json/whisper-json.ts';
import { readJsonLines, readJson } from './read-json.ts';
import { asTimedList } from './json/tuples-json.ts';
import { invalidTranscript, type OnSkipped, type TimedText } from './timed-text.ts';

/** The distinguishing feature of each format. The first match is taken. */
const KINDS: readonly {
  readonly is: (json: Record<string, unknown>) => boolean;
  readonly read: (json: Record<string, unknown>, onSkipped?: OnSkipped) => TimedText[];
}[] = [
  { is: (json) => 'transcription' in json, read: fromWhisperCpp },
  { is: (json) => Array.isArray(json.chunks), read: fromHuggingFace },
  { is: (json) => Array.isArray(json.monologues), read: fromMonologues },
  { is: (json) => Array.isArray(json.recognizedPhrases), read: fromAzureBatch },
  { is: (json) => Array.isArray(json.phrases) && 'combinedPhrases' in json, read: fromAzureFast },
  { is: isDeepgram, read: fromDeepgram },
  { is: isAws, read: fromAws },
  {
    is: ({ results }) => Array.isArray(results),
    read: ({ results }, onSkipped) => fromGoogle(Array.isArray(results) ? results : [], onSkipped),
  },
  { is: isAssemblyAi, read: fromAssemblyAi },
  {
    is: ({ lines }) => Array.isArray(lines) && lines.some(isSegment),
    read: ({ lines }, onSkipped) => fromSegmentList(Array.isArray(lines) ? lines : [], onSkipped),
  },
  {
    is: (json) => !('segments' in json) && isSegment(json),
    read: (json, onSkipped) => fromSegmentList([json], onSkipped),
  },
  { is: (json) => 'segments' in json || 'text' in json, read: fromWhisper },
];

const EXPECTED =
  "Whisper's JSON, an object with segments, transcription or text, or that of another recogniser that is known here";

/**
 * The JSON of recognisers, distinguished by their keys: Whisper of OpenAI, whisper.cpp and faster-whisper, Hugging
 * Face, Vosk, AssemblyAI, Deepgram, Google, Amazon, Azure and Rev, lists of segments, a single one, and our own. Throws
 * INVALID_TRANSCRIPT.
 */
export function parseJson(input: string | Uint8Array, onSkipped?: OnSkipped): TimedText[] {
  const lines = readJsonLines(input, onSkipped);
  const json = lines ?? readJson(input);
  if (Array.isArray(json)) return fromList(json, onSkipped);
  if (!isRecord(json)) throw invalidTranscript(EXPECTED, String(json).slice(0, 60));
  // The answer of Google's long-running operations.
  const whole = isRecord(json.response) && 'results' in json.response ? json.response : json;
  const kind = KINDS.find(({ is }) => is(whole));
  if (kind !== undefined) return kind.read(whole, onSkipped);
  throw invalidTranscript(
    EXPECTED,
    `an object with ${Object.keys(json).slice(0, 5).join(', ') || 'nothing in it'}`,
  );
}

function fromList(list: readonly unknown[], onSkipped?: OnSkipped): TimedText[] {
  const segments = asTimedList(list);
  if (!segments.some(isSegment)) throw invalidTranscript(EXPECTED, 'a list of something else, or of nothing');
  return fromSegmentList(segments, onSkipped);
}

/** True for text that begins as JSON does. */
export function looksLikeJson(text: string): boolean {
  return /^\s*(?:\{|\[\s*(?:[{\]]|\[\s*(?:[[{\]]|-?\d+(?:\.\d+)?(?:e-?\d+)?\s*,)))/i.test(text);
}
