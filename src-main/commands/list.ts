import type { Command } from 'commander';
import type { SessionRecord } from '../contract/session-record.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { formatDuration } from './format-duration.ts';
import { wholeNumberFrom } from './option-numbers.ts';

interface ListOptions extends CommonOptions {
  readonly query?: string;
  readonly limit: number;
}

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('list sessions, newest first')
    .option('--query <words>', 'only those whose title, notes or markers contain this')
    .option('--limit <number>', 'how many at most', wholeNumberFrom(1, 1000), 200)
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      await withRecorder(options, async (recorder) => {
        const { query, limit } = options;
        const page = await recorder.handlers['sessions.list']({ query, limit });
        if (options.json === true) printData(JSON.stringify(page));
        else for (const session of page.sessions) printData(lineOf(session));
      });
    });
}

function lineOf(session: SessionRecord): string {
  const started = session.started_at.slice(0, 16).replace('T', ' ');
  return [session.id, started, formatDuration(session.duration_seconds), session.status, session.title].join(
    '\t',
  );
}
