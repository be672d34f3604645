import { Command, CommanderError } from 'commander';
import { ZodError } from 'zod';
import { addExportCommand } from './commands/export.ts';
import { addListCommand } from './commands/list.ts';
import { addRecordCommand } from './commands/record.ts';
import { addRecoverCommand } from './commands/recover.ts';
import { addRepairCommand } from './commands/repair.ts';
import { addServeCommand } from './commands/serve.ts';
import { addShowCommand } from './commands/show.ts';
import { LecternError, toWireError } from './contract/errors.ts';
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
    .showHelpAfterError('(--help lists the options)');
  addServeCommand(program);
  addRecordCommand(program);
  addListCommand(program);
  addShowCommand(program);
  addExportCommand(program);
  addRecoverCommand(program);
  addRepairCommand(program);
  // Options that every command takes may stand before the command or after it.
  for (const command of program.commands)
    command
      .exitOverride()
      .option('--json', 'print JSON')
      .option('--dir <folder>', 'the data folder: the catalog, and recordings/ under it');
  return program;
}

/** Where an error came from decides the exit code; its words go to stderr, without a stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  if (error instanceof ZodError) {
    process.stderr.write(`lectern: ${error.issues[0]?.message ?? 'wrong argument'}\n`);
    return WRONG_USE;
  }
  const { code, message } = toWireError(error);
  process.stderr.write(`lectern: ${message}\n`);
  if (!(error instanceof LecternError) && error instanceof Error)
    process.stderr.write(`${error.stack ?? ''}\n`);
  return code === 'INVALID_INPUT' ? WRONG_USE : FAILURE;
}

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
