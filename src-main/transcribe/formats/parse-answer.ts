import type { RecogniserSettings } from '../../contract/processing.ts';
import { parsePlainText } from './parse-plain-text.ts';
import { parseSrt } from './parse-srt.ts';
import { parseVtt } from './parse-vtt.ts';
import { parseJson } from './parse-json.ts';
import type { OnSkipped, TimedText } from './timed-text.ts';

/** The formats of a recogniser's answer. */
export type AnswerFormat = Extract<RecogniserSettings, { kind: 'command' }>['format'];

/** The extensions that programs use for these formats. */
export const EXTENSIONS: Readonly<Record<AnswerFormat, readonly string[]>> = {
  text: ['.txt'],
  srt: ['.srt'],
  vtt: ['.vtt'],
  whisper: ['.json'],
};

/** Throws INVALID_TRANSCRIPT. */
export function parseAnswer(answer: Uint8Array, format: AnswerFormat, onSkipped?: OnSkipped): TimedText[] {
  switch (format) {
    case 'text':
      return parsePlainText(answer);
    case 'srt':
      return parseSrt(answer);
    case 'vtt':
      return parseVtt(answer);
    case 'whisper':
      return parseJson(answer, onSkipped);
  }
}
