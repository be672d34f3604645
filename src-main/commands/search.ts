import type { Command } from 'commander';
import { MATCH_END, MATCH_START, type SearchHit } from '../contract/search.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { formatPosition } from './format-duration.ts';
import { wholeNumberFrom } from './option-numbers.ts';
import { columns, plainText } from './plain-text.ts';

interface SearchOptions extends CommonOptions {
  readonly session?: string;
  readonly limit: number;
}

export function addSearchCommand(program: Command): void {
  program
    .command('search')
    .description('find words in titles, notes, markers and everything said')
    .argument(
      '<words...>',
      'all to be found; a phrase in quotation marks; the last may be the beginning of a word',
    )
    .option('--session <id>', 'only in this session')
    .option('--limit <number>', 'sessions at most; with --session, places', wholeNumberFrom(1, 200), 20)
    .action(async (words: string[], _, command: Command) => {
      const options = command.optsWithGlobals<SearchOptions>();
      // A word that the shell has kept together, spaces and all, is a phrase.
      const query = words.map((word) => (words.length > 1 && /\s/.test(word) ? `"${word}"` : word)).join(' ');
      await withRecorder(options, async (recorder) => {
        const { session, limit } = options;
        const found = await recorder.handlers.search({ query, session_id: session, limit });
        if (options.json === true) printData(JSON.stringify(found));
        else if (found.hits.length > 0) printData(columns(found.hits.map(rowOf)));
        if (options.json !== true)
          process.stderr.write(
            `${found.complete ? '' : 'At least '}${found.total} found in ${found.sessions} sessions\n`,
          );
      });
    });
}

function rowOf({ session_id, title, kind, role, start_ms, snippet }: SearchHit): string[] {
  const text = plainText(snippet.replaceAll(MATCH_START, '').replaceAll(MATCH_END, ''));
  return [
    session_id,
    plainText(title),
    start_ms === null ? '' : formatPosition(start_ms),
    role ?? kind,
    text,
  ];
}
