import type { Command } from 'commander';
import { compareTypes } from '../contract/audio-format.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { localTime } from '../contract/session-time.ts';
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
    .option('--query <words>', 'only those in which all these words occur')
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
  const started = localTime(session.started_at);
  const { id, duration_seconds, status, title } = session;
  return [id, started, formatDuration(duration_seconds), status, typesOf(session), title].join('\t');
}

/** The kinds of file that the session has: `user`, or `user+assistant+mixed`. */
function typesOf({ files }: SessionRecord): string {
  return [...new Set(files.map(({ type }) => type))].toSorted(compareTypes).join('+');
}
