import { constants, copyFile, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import {
  exportFormatSchema,
  recordingTypeSchema,
  type ExportFormat,
  type RecordingType,
} from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { gainSchema } from '../contract/audio-format.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';

interface ExportOptions extends CommonOptions {
  readonly format: ExportFormat;
  readonly out?: string;
  readonly track?: RecordingType;
  readonly gain?: number;
}

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('make a copy of a session in another format, and print its path')
    .argument('<id>', 'the session')
    .addOption(
      new Option('--format <format>', 'the format').choices(exportFormatSchema.options).makeOptionMandatory(),
    )
    .option('--out <path>', "a file or a folder; the session's own folder unless told otherwise")
    .addOption(new Option('--track <track>', 'only this track').choices(recordingTypeSchema.options))
    .option('--gain <number>', 'amplify, 1 to 4', (text) => gainSchema.parse(Number(text)))
    .action(async (id: string, _, command: Command) =>
      exportFiles(id, command.optsWithGlobals<ExportOptions>()),
    );
}

async function exportFiles(id: string, options: ExportOptions): Promise<void> {
  await withRecorder(options, async (recorder) => {
    const { format, track, gain } = options;
    const { files } = await recorder.handlers['sessions.export']({ id, format, track, gain });
    const paths: string[] = [];
    for (const file of files) {
      const from = recorder.resolveFile(id, basename(file.file_path));
      if (from === undefined) throw new LecternError('FILE_MISSING', `${file.file_path} is no longer there`);
      paths.push(
        options.out === undefined ? from : await copyOut(from, resolve(options.out), files.length > 1),
      );
    }
    printData(options.json === true ? JSON.stringify({ files: paths }) : paths.join('\n'));
  });
}

/** Copies to `out` itself, or into it where it is a folder. Never over another file. */
async function copyOut(from: string, out: string, several: boolean): Promise<string> {
  const existing = await stat(out).catch(() => undefined);
  const intoFolder = several || existing?.isDirectory() === true;
  const to = intoFolder ? join(out, basename(from)) : out;
  await mkdir(dirname(to), { recursive: true });
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')
      throw new LecternError('FILE_EXISTS', `${to} already exists. Name another file with --out`, { cause });
    throw cause;
  }
  return to;
}
