import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { copyOut } from './copy-out.ts';
import { trackName } from './option-tracks.ts';

interface TurnsOptions extends CommonOptions {
  readonly role?: Track;
  readonly out?: string;
}

export function addTurnsCommand(program: Command): void {
  program
    .command('turns')
    .description('write each turn of a session as a WAV of its own, and print their paths')
    .argument('<id>', 'the session')
    .option('--role <role>', 'one side alone: user, assistant, or another track', trackName)
    .option('--out <folder>', "a folder for copies; the session's own folder holds the files")
    .action(async (id: string, _, command: Command) =>
      writeTurns(id, command.optsWithGlobals<TurnsOptions>()),
    );
}

async function writeTurns(id: string, options: TurnsOptions): Promise<void> {
  const { role, out } = options;
  await withRecorder(options, async (recorder) => {
    const { files } = await recorder.handlers['sessions.turn_files']({ id, role });
    const paths: string[] = [];
    for (const { file_path } of files) {
      const name = basename(file_path);
      const path = recorder.resolveFile(id, name);
      if (path === undefined) throw new LecternError('FILE_MISSING', `${file_path} is no longer there`);
      const to = out === undefined ? path : join(resolve(out), name);
      if (to !== path) await copyOut(path, to);
      paths.push(to);
    }
    if (options.json === true) printData(JSON.stringify({ files: paths }));
    else for (const path of paths) printData(path);
  });
}
