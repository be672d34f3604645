import { LecternError } from '../contract/errors.ts';
import { MAX_TRANSCRIPT_CHARACTERS } from '../contract/transcript.ts';
import { passingFailure } from './failures.ts';
import { parseAnswer, type AnswerFormat } from './formats/parse-answer.ts';
import type { OnSkipped, TimedText } from './formats/timed-text.ts';
import { pieceSeconds, type SpeechPiece } from './recogniser.ts';

/** Whisper works on half minutes, and may place the end of its last words in the padding. */
const TOLERATED_SECONDS = 30;

/**
 * The texts of an answer, with all times within the piece. Texts that cannot be understood are reported. Throws
 * RECOGNISER_FAILED with the recogniser's name, the expected answer and the actual one.
 */
export function checkedAnswer(
  answer: Uint8Array,
  format: AnswerFormat,
  name: string,
  piece: SpeechPiece,
  onSkipped?: OnSkipped,
): TimedText[] {
  return withinPiece(parsed(answer, format, name, onSkipped), name, piece);
}

function parsed(answer: Uint8Array, format: AnswerFormat, name: string, onSkipped?: OnSkipped): TimedText[] {
  try {
    return parseAnswer(answer, format, onSkipped);
  } catch (error) {
    if (!(error instanceof LecternError)) throw error;
    throw passingFailure(
      'RECOGNISER_FAILED',
      `The answer of ${name} could not be understood. ${error.message}`,
      { cause: error },
    );
  }
}

function withinPiece(texts: TimedText[], name: string, piece: SpeechPiece): TimedText[] {
  const seconds = pieceSeconds(piece);
  const characters = texts.reduce((sum, { text }) => sum + text.length, 0);
  if (characters > MAX_TRANSCRIPT_CHARACTERS)
    throw passingFailure(
      'RECOGNISER_FAILED',
      `${name} gave ${characters} characters of text for ${seconds.toFixed(1)} s of audio; expected at most ${MAX_TRANSCRIPT_CHARACTERS}`,
    );
  const last = texts.reduce(
    (latest, { start_ms, words }) => Math.max(latest, start_ms ?? 0, words?.at(-1)?.start_ms ?? 0),
    0,
  );
  if (last > (seconds + TOLERATED_SECONDS) * 1000)
    throw passingFailure(
      'RECOGNISER_FAILED',
      `${name} gave text at ${last / 1000} s; expected times within the ${seconds.toFixed(1)} s of audio`,
    );
  const inside = (ms: number): number => Math.min(ms, seconds * 1000);
  return texts.map((text) => ({
    ...text,
    start_ms: text.start_ms === null ? null : inside(text.start_ms),
    // The end of the last text may be missing.
    end_ms: text.start_ms === null ? null : inside(text.end_ms ?? seconds * 1000),
    words:
      text.words?.map((word) => ({
        ...word,
        start_ms: inside(word.start_ms),
        end_ms: inside(word.end_ms),
      })) ?? null,
  }));
}
