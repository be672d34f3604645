import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { withMeasuredCommits } from '../../bench/save-results.ts';
import { hashSources } from '../../support/measured/hash-sources.ts';
import { measuredCells, readMeasuredRows, staleRows } from '../../support/measured/measured-rows.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

const SOURCES = {
  'bench/subject.ts': `import { record } from '../engine/record.ts';\nimport { spawn } from 'node:child_process';\nspawn('node', ['engine/worker.ts', record()]);\n`,
  'engine/record.ts': `/** Says how. */\nexport const record = (): string => 'so';\n`,
  'engine/worker.ts': `import './detector.ts';\n`,
  'engine/detector.ts': `export const threshold = 1;\n`,
  'engine/elsewhere.ts': `export const unused = 1;\n`,
};

async function hashOf(changes: Partial<typeof SOURCES>): Promise<string> {
  const root = await temporaryFolder();
  for (const [path, code] of Object.entries({ ...SOURCES, ...changes })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), code);
  }
  return hashSources(['bench/subject.ts'], root);
}

describe('a figure names the code it measured', () => {
  test('what is imported, and what is run as a program of its own, makes it out of date when it changes', async () => {
    const before = await hashOf({});
    expect(
      await hashOf({ 'engine/record.ts': `export const record = (): string => 'otherwise';\n` }),
    ).not.toBe(before);
    expect(await hashOf({ 'engine/detector.ts': `export const threshold = 2;\n` })).not.toBe(before);
  });

  test('comments, layout, types and other code do not', async () => {
    const before = await hashOf({});
    expect(
      await hashOf({
        'engine/record.ts': `/** Says it in other words. */\nexport type How = 'so';\nexport const record = (): How =>\n  'so';\n`,
        'engine/elsewhere.ts': `export const unused = 2;\n`,
      }),
    ).toBe(before);
  });

  test('rows whose code has changed are listed with the commit they are from, and so are those never measured', () => {
    const table = ['| what | commit | sources |', '|---|---|---|']
      .concat(
        [
          ['CPU', 'abc1234', '0123456789'],
          ['memory', 'def5678', '1111111111'],
        ].map(
          ([name = '', commit = '', sources = '']) =>
            `| ${[name, ...measuredCells(commit, sources)].join(' | ')} |`,
        ),
      )
      .join('\n');
    const stale = staleRows(readMeasuredRows(table, 1), [
      { name: 'CPU', sources: '9876543210' },
      { name: 'memory', sources: '1111111111' },
      { name: 'stop', sources: '2222222222' },
    ]);
    expect(stale).toEqual([
      'CPU: measured at abc1234; what it measures has changed since',
      'stop: not measured',
    ]);
  });

  test('the README names the commits that its figures were measured at', async () => {
    const [readme, report] = await Promise.all(
      ['README.md', 'test/bench/RESULTS.md'].map((name) => readFile(join(repository, name), 'utf8')),
    );
    expect(withMeasuredCommits(readme ?? '', report ?? '')).toBe(readme);
  });
});
