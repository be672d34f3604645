import { Command, CommanderError } from 'commander';
import { addConversationCommand } from './commands/conversation.ts';
import { addExportCommand } from './commands/export.ts';
import { addImportTranscriptCommand } from './commands/import-transcript.ts';
import { addListCommand } from './commands/list.ts';
import { addRecordCommand } from './commands/record.ts';
import { addRecoverCommand } from './commands/recover.ts';
import { addRepairCommand } from './commands/repair.ts';
import { addSearchCommand } from './commands/search.ts';
import { addServeCommand } from './commands/serve.ts';
import { addShowCommand } from './commands/show.ts';
import { addTranscriptCommand } from './commands/transcript.ts';
import { addTranscribeCommand } from './commands/transcribe.ts';
import { addTurnsCommand } from './commands/turns.ts';
import { toWireError } from './contract/errors.ts';
import { ignoreClosedOutput } from './launch/closed-output.ts';
import { readPackageVersion } from './launch/package-version.ts';

const FAILURE = 1;
const WRONG_USE = 2;

function createProgram(): Command {
  const program = new Command('lectern')
    .description('Records live sessions to files that are on disk within a second.')
    .version(readPackageVersion())
    .option('--json', 'print JSON')
    .option('--dir <folder>', 'the data folder: the catalog, and recordings/ under it')
    .exitOverride()
    .configureOutput({ outputError })
    .showHelpAfterError('(--help lists the options)');
  addServeCommand(program);
  addRecordCommand(program);
  addListCommand(program);
  addShowCommand(program);
  addExportCommand(program);
  addConversationCommand(program);
  addTranscriptCommand(program);
  addImportTranscriptCommand(program);
  addTurnsCommand(program);
  addSearchCommand(program);
  addTranscribeCommand(program);
  addRecoverCommand(program);
  addRepairCommand(program);
  // Options that every command accepts, before or after its name.
  for (const command of program.commands)
    command
      .exitOverride()
      .configureOutput({ outputError })
      .option('--json', 'print JSON')
      .option('--dir <folder>', 'the data folder: the catalog, and recordings/ under it');
  return program;
}

/** Commander's words for an option out of its range, in ours: `--gain: expected a number from 1 to 4, got 9`. */
function outputError(text: string, write: (text: string) => void): void {
  write(
    text.replace(
      /^error: option '(?:-\w, )?(--[a-z-]+)[^']*' argument '.*' is invalid\. (?:\1: )?(?=expected)/s,
      'lectern: $1: ',
    ),
  );
}

/** The origin of an error decides the exit code. Its message goes to stderr; its stack only on demand. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  const { code, message } = toWireError(error);
  process.stderr.write(`lectern: ${message}\n`);
  if (process.env['LECTERN_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  return code === 'INVALID_INPUT' ? WRONG_USE : FAILURE;
}

ignoreClosedOutput();
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
