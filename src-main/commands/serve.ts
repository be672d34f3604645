import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { parsePort, serveUntilSignalled } from '../serve.ts';
import { dataDirOf, type CommonOptions } from './command-context.ts';

interface ServeOptions extends CommonOptions {
  readonly port?: number;
  readonly host?: string;
  readonly allowReach?: boolean;
  readonly profile?: string;
}

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('serve the app and the protocol; prints one line of JSON that says where')
    .option('--port <number>', 'the port; 0 takes any free one', (text) => {
      try {
        return parsePort(text);
      } catch (error) {
        throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
      }
    })
    .option('--host <address>', 'the address to bind; loopback unless told otherwise')
    .option('--allow-reach', 'lets clients on other machines name programs, servers and folders')
    .option('--profile <name>', "the settings' profile for every session that names none")
    .action(async (_, command: Command) => {
      const { port, host, allowReach, profile, ...options } = command.optsWithGlobals<ServeOptions>();
      await serveUntilSignalled({
        dataDir: dataDirOf(options),
        ...(port === undefined ? {} : { port }),
        ...(host === undefined ? {} : { host }),
        ...(allowReach === undefined ? {} : { allowReach }),
        ...(profile === undefined ? {} : { profile }),
      });
    });
}
