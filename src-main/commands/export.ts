import { basename, join } from 'node:path';
import { Option, type Command } from 'commander';
import { exportFormatSchema, type ExportFormat, type RecordingType } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { cancelOnSignals } from './cancel-on-signals.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { copyOut } from './copy-out.ts';
import { exportTarget } from './export-target.ts';
import { numberFrom } from './option-numbers.ts';
import { recordingType } from './option-tracks.ts';

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
    .option(
      '--out <path>',
      "a folder, or a file if it has the format's extension; the session's own folder unless told otherwise",
    )
    .option('--track <track>', 'only this: user, assistant, another track, or mixed', recordingType)
    .option('--gain <number>', 'amplify, 1 to 4', numberFrom(1, 4))
    .action(async (id: string, _, command: Command) =>
      exportFiles(id, command.optsWithGlobals<ExportOptions>()),
    );
}

async function exportFiles(id: string, options: ExportOptions): Promise<void> {
  const { format, track, gain } = options;
  const target = options.out === undefined ? undefined : await exportTarget(options.out, format);
  await withRecorder(options, async (recorder) => {
    const cancellation = cancelOnSignals();
    // Closing ends the encoder, and removes the file that it was writing.
    cancellation.signal.addEventListener('abort', () => void recorder.close());
    const { files } = await Promise.resolve(
      recorder.handlers['sessions.export']({ id, format, track, gain }),
    ).finally(cancellation.forget);
    if (target?.kind === 'file' && files.length > 1)
      throw new LecternError(
        'INVALID_INPUT',
        `--out: expected a folder, as this session gives ${files.length} files, got the file ${target.path}`,
      );
    const paths: string[] = [];
    for (const file of files) {
      const from = recorder.resolveFile(id, basename(file.file_path));
      if (from === undefined) throw new LecternError('FILE_MISSING', `${file.file_path} is no longer there`);
      if (target === undefined) {
        paths.push(from);
        continue;
      }
      const to = target.kind === 'folder' ? join(target.path, basename(from)) : target.path;
      await copyOut(from, to);
      paths.push(to);
    }
    printData(options.json === true ? JSON.stringify({ files: paths }) : paths.join('\n'));
  });
}
