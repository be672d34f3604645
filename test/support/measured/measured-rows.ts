/** One row of a table of results: what was measured, at which commit, and the hash of what it measured. */
export interface MeasuredRow {
  readonly name: string;
  readonly commit: string;
  readonly sources: string;
  /** As it stands in the table. */
  readonly line: string;
}

/** What a row should say today. */
export interface CurrentRow {
  readonly name: string;
  readonly sources: string;
}

/** The last two cells of a row: commit and hash, as code. */
const MEASURED = /^\|\s*(.*?)\s*\|\s*`([^`|]+)`\s*\|\s*`([0-9a-f]+)`\s*\|$/;

/** The cells that every table of results ends with. */
export function measuredCells(commit: string, sources: string): string[] {
  return [`\`${commit}\``, `\`${sources}\``];
}

/**
 * Reads the rows of a Markdown table that end in a commit and a hash.
 * @param nameCells how many cells, from the left, name a row.
 */
export function readMeasuredRows(markdown: string, nameCells: number): MeasuredRow[] {
  return markdown.split('\n').flatMap((line) => {
    const [, cells, commit, sources] = MEASURED.exec(line) ?? [];
    if (cells === undefined || commit === undefined || sources === undefined) return [];
    return [{ name: rowName(cells.split('|').slice(0, nameCells)), commit, sources, line }];
  });
}

export function rowName(cells: readonly string[]): string {
  return cells.map((cell) => cell.trim()).join(': ');
}

/** A line for each row that is older than what it measures, or has not been measured. */
export function staleRows(measured: readonly MeasuredRow[], current: readonly CurrentRow[]): string[] {
  return current.flatMap(({ name, sources }) => {
    const row = measured.find((known) => known.name === name);
    if (row === undefined) return [`${name}: not measured`];
    if (row.sources === sources) return [];
    return [`${name}: measured at ${row.commit}; what it measures has changed since`];
  });
}

/** Prints what is out of date, and answers the exit code: 1 where there is something. */
export function reportStale(
  path: string,
  measured: readonly MeasuredRow[],
  current: readonly CurrentRow[],
): number {
  const stale = staleRows(measured, current);
  process.stdout.write(
    stale.length === 0
      ? `${path} is up to date: ${current.length} rows\n`
      : `${path}: ${stale.length} of ${current.length} rows are out of date\n${stale.map((line) => `  ${line}\n`).join('')}`,
  );
  return stale.length === 0 ? 0 : 1;
}
