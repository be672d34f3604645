import { stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { transcriptExportFormatSchema, type TranscriptExportFormat } from '../contract/transcript.ts';
import { systemCode } from '../files/write-error.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { makeFolder } from '../disk/make-folder.ts';
import { trackName } from './option-tracks.ts';

interface TranscriptOptions extends CommonOptions {
  readonly format?: TranscriptExportFormat;
  readonly role?: Track;
  readonly out?: string;
}

export function addTranscriptCommand(program: Command): void {
  program
    .command('transcript')
    .description('print what was said in a session, or write it to a file and print its path')
    .argument('<id>', 'the session')
    .addOption(
      new Option('--format <format>', "the format; the file's, or txt").choices(
        transcriptExportFormatSchema.options,
      ),
    )
    .option('--role <role>', 'one side alone: user, assistant, or another track', trackName)
    .option('--out <path>', 'a folder, or a file if it has an extension')
    .action(async (id: string, _, command: Command) =>
      printTranscript(id, command.optsWithGlobals<TranscriptOptions>()),
    );
}

async function printTranscript(id: string, options: TranscriptOptions): Promise<void> {
  const { role, out } = options;
  await withRecorder(options, async (recorder) => {
    const format = options.format ?? formatOf(out) ?? (options.json === true ? 'json' : 'txt');
    const { file_name, text } = await recorder.handlers['sessions.transcript.export']({ id, format, role });
    if (out === undefined) {
      printData(text.trimEnd());
      return;
    }
    const path = (await isFolder(out)) ? join(resolve(out), file_name) : resolve(out);
    await writeNew(path, text);
    printData(options.json === true ? JSON.stringify({ files: [path] }) : path);
  });
}

function formatOf(out: string | undefined): TranscriptExportFormat | undefined {
  const extension = out === undefined ? '' : extname(out).toLowerCase().slice(1);
  return transcriptExportFormatSchema.options.find((format) => format === extension);
}

async function isFolder(out: string): Promise<boolean> {
  const existing = await stat(out).catch(() => undefined);
  return existing?.isDirectory() === true || /[/\\]$/.test(out) || extname(out) === '';
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST')
      throw new LecternError('FILE_EXISTS', `${path} already exists. Name another file with --out`, {
        cause,
      });
    throw new LecternError(
      'FOLDER_UNWRITABLE',
      `${path} cannot be written (${systemCode(cause)}). Name another with --out`,
      { cause },
    );
  }
}
