import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Option, type Command } from 'commander';
import { trackSchema, type Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import {
  MAX_IMPORT_CHARACTERS,
  transcriptImportFormatSchema,
  type TranscriptImportFormat,
} from '../contract/transcript.ts';
import { systemCode } from '../files/write-error.ts';
import { readText } from '../transcribe/formats/read-text.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { numberFrom } from './option-numbers.ts';

interface ImportOptions extends CommonOptions {
  readonly role: Track;
  readonly format?: TranscriptImportFormat;
  readonly offset: number;
  readonly replace?: boolean;
}

/** A hundred hours either way. */
const MAX_OFFSET_SECONDS = 360_000;

const FORMATS: Readonly<Record<string, TranscriptImportFormat>> = {
  '.srt': 'srt',
  '.vtt': 'vtt',
  '.json': 'whisper',
};

export function addImportTranscriptCommand(program: Command): void {
  program
    .command('import-transcript')
    .description("take subtitles or a recogniser's JSON into a session as what one side said")
    .argument('<id>', 'the session')
    .argument('<file>', "SRT, WebVTT, or Whisper's JSON")
    .addOption(new Option('--role <role>', 'who said it').choices(trackSchema.options).makeOptionMandatory())
    .addOption(
      new Option('--format <format>', "the file's own unless told otherwise").choices(
        transcriptImportFormatSchema.options,
      ),
    )
    .option(
      '--offset <seconds>',
      'where in the session the file begins',
      numberFrom(-MAX_OFFSET_SECONDS, MAX_OFFSET_SECONDS),
      0,
    )
    .option('--replace', 'in place of what was imported for this side before')
    .action(async (id: string, file: string, _, command: Command) =>
      importFile(id, file, command.optsWithGlobals<ImportOptions>()),
    );
}

async function importFile(id: string, file: string, options: ImportOptions): Promise<void> {
  const text = readText(await readWhole(file));
  const { role, replace, offset } = options;
  const format = options.format ?? FORMATS[extname(file).toLowerCase()];
  await withRecorder(options, async (recorder) => {
    const { imported } = await recorder.handlers['sessions.transcript.import']({
      id,
      role,
      text,
      format,
      replace,
      offset_ms: offset * 1000,
    });
    if (options.json === true) printData(JSON.stringify({ imported }));
    else process.stderr.write(`Imported ${imported} ${imported === 1 ? 'line' : 'lines'}\n`);
  });
}

async function readWhole(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size <= MAX_IMPORT_CHARACTERS) return await readFile(file);
  } catch (cause) {
    throw new LecternError('FILE_MISSING', `${file} cannot be read (${systemCode(cause)})`, { cause });
  }
  throw new LecternError(
    'INVALID_TRANSCRIPT',
    `Expected a file of at most ${MAX_IMPORT_CHARACTERS} bytes, got a larger one: ${file}`,
  );
}
