import { ESLint } from 'eslint';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

// The length of a function is seen without its types.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => ruleId === 'max-lines-per-function',
});

/** Functions of `lines` lines, some of them empty and some comments, in each of the forms they have here. */
function functionsOf(lines: number): string[] {
  const body = Array.from({ length: lines - 2 }, (_, index) => ['', '  // why', '  f();'][index % 3]).join(
    '\n',
  );
  return [
    `export function g(): void {\n${body}\n}`,
    `export const g = async (): Promise<void> => {\n${body}\n};`,
    `export const g = {\n  of() {\n${body}\n  },\n};`,
  ];
}

test.each([
  'src-main/session/x.ts',
  'src-main/serve.ts',
  'src-renderer/store/x.ts',
  'src-renderer/components/X.tsx',
])('a function of %s is 150 lines long at most, empty ones and comments included', async (path) => {
  for (const lines of [150, 151])
    for (const code of functionsOf(lines)) {
      const results = await eslint.lintText(code, { filePath: resolve(root, path) });
      const rules = results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
      expect(rules, code).toEqual(lines > 150 ? ['max-lines-per-function'] : []);
    }
});
