import { LecternError } from '../contract/errors.ts';
import { MAX_TRANSCRIPT_CHARACTERS, type TranscriptImportFormat } from '../contract/transcript.ts';
import { decodeText } from './formats/decode-text.ts';
import { parseAny } from './formats/parse-any.ts';
import { parseJson } from './formats/parse-json.ts';
import { parsePlainText } from './formats/parse-plain-text.ts';
import { parseSrt } from './formats/parse-srt.ts';
import { parseTable } from './formats/parse-table.ts';
import { parseVtt } from './formats/parse-vtt.ts';
import { readEach, type TextParser, type TimedText } from './formats/timed-text.ts';

/** A file with text, as received. */
export interface ForeignText {
  /** One of the two: text, or the file's bytes in base64. */
  readonly text?: string | undefined;
  readonly data?: string | undefined;
  /** The encoding of the bytes; detected where absent. */
  readonly encoding?: string | undefined;
  /** Detected from the text where absent. */
  readonly format?: TranscriptImportFormat | undefined;
}

/** The result of reading a file, for the user. */
export interface ForeignTextAccount {
  /** Lines that could not be understood and were left out. */
  readonly skipped: number;
  /** The first of their problems. */
  readonly problem?: string;
  /** The encoding that the bytes were read in. */
  readonly encoding?: string;
}

const PARSERS: Record<TranscriptImportFormat, TextParser> = {
  srt: parseSrt,
  vtt: parseVtt,
  whisper: parseJson,
  json: parseJson,
  table: parseTable,
  text: parsePlainText,
};

/** Reads a whole text. Throws INVALID_INPUT, and INVALID_TRANSCRIPT where nothing in it can be understood. */
export function readForeignText(given: ForeignText): { pieces: TimedText[]; account: ForeignTextAccount } {
  const { text, encoding } = textOf(given);
  let skipped = 0;
  let problem: string | undefined;
  const onSkipped = ({ message }: LecternError): void => {
    skipped++;
    problem ??= message;
  };
  const parsed = (given.format === undefined ? parseAny : PARSERS[given.format])(text, onSkipped);
  const pieces = readEach(parsed, (piece) => [requireLineLength(piece)], onSkipped);
  return {
    pieces,
    account: {
      skipped,
      ...(problem === undefined ? {} : { problem }),
      ...(encoding === undefined ? {} : { encoding }),
    },
  };
}

function requireLineLength(piece: TimedText): TimedText {
  if (piece.text.length <= MAX_TRANSCRIPT_CHARACTERS) return piece;
  throw new LecternError(
    'INVALID_TRANSCRIPT',
    `Expected lines of at most ${MAX_TRANSCRIPT_CHARACTERS} characters, got one of ${piece.text.length}`,
  );
}

/** Throws INVALID_INPUT unless exactly one of the two is given, INVALID_TRANSCRIPT for bytes that are not text. */
function textOf({ text, data, encoding }: ForeignText): { text: string; encoding?: string } {
  if ((text === undefined) === (data === undefined))
    throw new LecternError('INVALID_INPUT', 'Expected either text, or data with the bytes of a file');
  if (data === undefined) return { text: (text ?? '').toWellFormed() };
  const bytes = Buffer.from(data, 'base64');
  if (bytes.toString('base64') !== data)
    throw new LecternError('INVALID_INPUT', 'Expected data to be base64 with its padding');
  return decodeText(bytes, encoding);
}
