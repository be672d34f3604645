import type { Command } from 'commander';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { describeSession } from './describe-session.ts';

export function addShowCommand(program: Command): void {
  program
    .command('show')
    .description('show one session: its files, its markers, what was captured and how much was said')
    .argument('<id>', 'the session')
    .action(async (id: string, _, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>();
      await withRecorder(options, async (recorder) => {
        const session = await recorder.handlers['sessions.get']({ id });
        if (options.json === true) {
          printData(JSON.stringify(session));
          return;
        }
        const conversation = await recorder.handlers['sessions.conversation']({ id });
        printData(describeSession(session, conversation));
      });
    });
}
