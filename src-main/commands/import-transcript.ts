import { readFile, stat } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import type { Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import {
  MAX_IMPORT_CHARACTERS,
  transcriptImportFormatSchema,
  type ImportedText,
  type TranscriptImportFormat,
} from '../contract/transcript.ts';
import { systemCode } from '../files/write-error.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { numberFrom } from './option-numbers.ts';
import { trackName } from './option-tracks.ts';

interface ImportOptions extends CommonOptions {
  readonly role: Track;
  readonly format?: TranscriptImportFormat;
  readonly encoding?: string;
  readonly offset: number;
  readonly replace?: boolean;
}

/** A hundred hours in either direction. */
const MAX_OFFSET_SECONDS = 360_000;

export function addImportTranscriptCommand(program: Command): void {
  program
    .command('import-transcript')
    .description("take subtitles or a recogniser's JSON into a session as what one side said")
    .argument('<id>', 'the session')
    .argument('<file>', "SRT, WebVTT, a recogniser's JSON or JSON Lines, TSV, or lines with times")
    .requiredOption('--role <role>', 'who said it: user, assistant, or another track', trackName)
    .addOption(
      new Option('--format <format>', "the file's own unless told otherwise").choices(
        transcriptImportFormatSchema.options,
      ),
    )
    .option(
      '--encoding <name>',
      "the file's encoding, such as windows-1251, where it is told wrongly from its bytes",
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
  const data = (await readWhole(file)).toString('base64');
  const { role, replace, offset, format, encoding } = options;
  await withRecorder(options, async (recorder) => {
    const said = await recorder.handlers['sessions.transcript.import']({
      id,
      role,
      data,
      encoding,
      format,
      replace,
      offset_ms: offset * 1000,
    });
    if (options.json === true) printData(JSON.stringify(said));
    else process.stderr.write(wordsFor(said, encoding !== undefined));
  });
}

function wordsFor(
  { imported, skipped, problem, outside_audio, encoding }: ImportedText,
  isTold: boolean,
): string {
  const lines = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;
  const words = [`Imported ${lines(imported)}`];
  if (encoding !== undefined && !isTold)
    words.push(
      `The file was read as ${encoding}; import it again with --replace and --encoding if that was wrong`,
    );
  if (skipped !== undefined)
    words.push(
      `${lines(skipped)} could not be understood and ${skipped === 1 ? 'was' : 'were'} left out. ${problem ?? ''}`,
    );
  if (outside_audio !== undefined)
    words.push(
      `${lines(outside_audio)} ${outside_audio === 1 ? 'has' : 'have'} times outside the recording; ` +
        'import the file again with --replace and --offset if it begins elsewhere',
    );
  return words.map((line) => `${line.trimEnd()}\n`).join('');
}

async function readWhole(file: string): Promise<Buffer> {
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
