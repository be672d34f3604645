import { ESLint } from 'eslint';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');

// These rules judge by path and syntax alone, so the files linted here need not exist and are not type-checked.
const judged = /^(boundaries\/|no-restricted-)/;
const eslint = new ESLint({
  cwd: root,
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => judged.test(ruleId),
});

const configSchema = z.object({
  settings: z.object({
    'boundaries/files': z.array(z.object({ pattern: z.union([z.string(), z.array(z.string())]) })),
  }),
});

async function complaints(path: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath: resolve(root, path) });
  return results
    .flatMap(({ messages }) => messages)
    .map(({ ruleId, message }) => `${String(ruleId)}: ${message}`);
}

/** Every way to write an import of `target` that a value could come through, then those for types alone. */
function imports(from: string, target: string): { values: string[]; types: string[] } {
  const path = relative(dirname(from), target).replace(/^(?!\.)/, './');
  return {
    values: [
      `import { x } from '${path}';`,
      `import '${path}';`,
      `export * from '${path}';`,
      `export { x } from '${path}';`,
      `export const later = () => import('${path}');`,
    ],
    types: [
      `import type { X } from '${path}';`,
      `export type { X } from '${path}';`,
      `export type X = import('${path}').X;`,
    ],
  };
}

const everyImport = (from: string, target: string) => Object.values(imports(from, target)).flat();

test.each([
  ['contract', ['src-main/contract/x.ts']],
  ['audio', ['src-main/audio/x.ts', 'src-main/contract/x.ts']],
  ['session', ['src-main/session/x.ts', 'src-main/contract/x.ts', 'src-main/audio/x.ts']],
  ['runtime', ['src-main/contract/x.ts']],
  ['disk', ['src-main/contract/x.ts', 'src-main/runtime/x.ts']],
  ['files', ['src-main/contract/x.ts', 'src-main/audio/x.ts', 'src-main/runtime/x.ts', 'src-main/disk/x.ts']],
  [
    'recording',
    ['src-main/audio/x.ts', 'src-main/files/x.ts', 'src-main/encode/x.ts', 'src-main/catalog/x.ts'],
  ],
  ['encode/ffmpeg', ['src-main/audio/x.ts', 'src-main/disk/x.ts', 'src-main/encode/x.ts']],
  ['encode/built-in', ['src-main/audio/x.ts', 'src-main/disk/x.ts', 'src-main/encode/x.ts']],
  ['repair', ['src-main/contract/x.ts', 'src-main/audio/x.ts', 'src-main/files/x.ts']],
  ['repair', ['src-main/encode/x.ts', 'src-main/encode/ffmpeg/x.ts']],
  [
    'library',
    ['src-main/contract/x.ts', 'src-main/files/x.ts', 'src-main/repair/x.ts', 'src-main/catalog/x.ts'],
  ],
  ['library', ['src-main/encode/x.ts', 'src-main/encode/ffmpeg/x.ts']],
  [
    'remote',
    ['src-main/contract/x.ts', 'src-main/runtime/x.ts', 'src-main/disk/x.ts', 'src-main/recorder.ts'],
  ],
  ['reference', ['src-main/contract/x.ts']],
  ['remote', ['src-main/reference/x.ts']],
  ['desktop', ['src-main/contract/x.ts', 'src-main/recorder.ts']],
  ['system-audio', ['src-main/contract/x.ts', 'src-main/recorder.ts']],
  ['preload', ['src-main/contract/x.ts']],
  ['commands', ['src-main/recorder.ts', 'src-main/remote/x.ts', 'src-main/encode/x.ts']],
])('%s/ may import what lies below it', async (layer, targets) => {
  const from = `src-main/${layer}/y.ts`;
  for (const target of targets) {
    for (const code of everyImport(from, target)) expect(await complaints(from, code), code).toEqual([]);
  }
});

test('the recorder may import every part, the encoder both wings, and the entries everything', async () => {
  const legal = [
    ['src-main/recorder.ts', 'src-main/session/x.ts'],
    ['src-main/recorder.ts', 'src-main/library/x.ts'],
    ['src-main/main.ts', 'src-main/desktop/x.ts'],
    ['src-main/main.ts', 'src-main/desktop-app.ts'],
    ['src-main/serve.ts', 'src-main/remote/x.ts'],
    ['src-main/cli.ts', 'src-main/commands/x.ts'],
    ['src-main/start.ts', 'src-main/launch/x.ts'],
    ['src-main/start.ts', 'src-main/serve.ts'],
    ['src-main/commands/x.ts', 'src-main/serve.ts'],
    ['src-main/main.ts', 'src-main/open-recorder.ts'],
    ['src-main/encode/create-encoder.ts', 'src-main/encode/ffmpeg/x.ts'],
    ['src-main/encode/create-encoder.ts', 'src-main/encode/built-in/x.ts'],
    ['src-main/open-recorder.ts', 'src-main/encode/create-encoder.ts'],
    ['src-main/open-recorder.ts', 'src-main/encode/ffmpeg/x.ts'],
    ['src-main/repair/x.ts', 'src-main/audio/wav-lenient.ts'],
  ] as const;
  for (const [from, target] of legal) {
    for (const code of everyImport(from, target))
      expect(await complaints(from, code), `${from}: ${code}`).toEqual([]);
  }
});

test.each([
  ['src-main/contract/x.ts', ['src-main/audio/x.ts', 'src-main/session/x.ts', 'src-renderer/x.ts']],
  ['src-main/audio/x.ts', ['src-main/session/x.ts', 'src-main/files/x.ts']],
  ['src-main/session/x.ts', ['src-main/files/x.ts', 'src-main/catalog/x.ts', 'src-main/recorder.ts']],
  ['src-main/runtime/x.ts', ['src-main/audio/x.ts', 'src-main/session/x.ts', 'src-main/disk/x.ts']],
  ['src-main/disk/x.ts', ['src-main/audio/x.ts', 'src-main/files/x.ts', 'src-main/encode/x.ts']],
  ['src-main/files/x.ts', ['src-main/encode/x.ts', 'src-main/catalog/x.ts', 'src-main/recording/x.ts']],
  ['src-main/encode/x.ts', ['src-main/files/x.ts', 'src-main/repair/x.ts', 'src-main/recorder.ts']],
  ['src-main/encode/x.ts', ['src-main/encode/ffmpeg/x.ts', 'src-main/encode/built-in/x.ts']],
  ['src-main/encode/x.ts', ['src-main/encode/create-encoder.ts']],
  ['src-main/encode/ffmpeg/x.ts', ['src-main/encode/built-in/x.ts', 'src-main/encode/create-encoder.ts']],
  ['src-main/encode/built-in/x.ts', ['src-main/encode/ffmpeg/x.ts', 'src-main/encode/create-encoder.ts']],
  ['src-main/encode/ffmpeg/x.ts', ['src-main/files/x.ts', 'src-main/repair/x.ts']],
  ['src-main/recording/x.ts', ['src-main/encode/ffmpeg/x.ts', 'src-main/encode/built-in/x.ts']],
  ['src-main/conversation/x.ts', ['src-main/encode/ffmpeg/x.ts', 'src-main/encode/built-in/x.ts']],
  ['src-main/repair/x.ts', ['src-main/encode/built-in/x.ts', 'src-main/encode/create-encoder.ts']],
  ['src-main/library/x.ts', ['src-main/encode/built-in/x.ts', 'src-main/encode/create-encoder.ts']],
  ['src-main/recorder.ts', ['src-main/encode/ffmpeg/x.ts', 'src-main/encode/create-encoder.ts']],
  ['src-main/catalog/x.ts', ['src-main/turns/x.ts', 'src-main/library/x.ts']],
  ['src-main/turns/x.ts', ['src-main/transcribe/x.ts']],
  ['src-main/transcribe/x.ts', ['src-main/catalog/x.ts']],
  ['src-main/repair/x.ts', ['src-main/catalog/x.ts', 'src-main/recording/x.ts', 'src-main/library/x.ts']],
  ['src-main/recording/x.ts', ['src-main/library/x.ts', 'src-main/recorder.ts']],
  ['src-main/library/x.ts', ['src-main/recording/x.ts', 'src-main/recorder.ts']],
  ['src-main/recorder.ts', ['src-main/remote/x.ts', 'src-main/desktop/x.ts', 'src-main/serve.ts']],
  ['src-main/reference/x.ts', ['src-main/audio/x.ts', 'src-main/remote/x.ts', 'src-main/recorder.ts']],
  ['src-main/remote/x.ts', ['src-main/desktop/x.ts', 'src-main/launch/x.ts', 'src-main/serve.ts']],
  ['src-main/desktop/x.ts', ['src-main/remote/x.ts', 'src-main/main.ts']],
  ['src-main/launch/x.ts', ['src-main/remote/x.ts', 'src-main/commands/x.ts']],
  ['src-main/system-audio/x.ts', ['src-main/desktop/x.ts', 'src-main/launch/x.ts']],
  ['src-main/preload/x.ts', ['src-main/desktop/x.ts', 'src-main/recorder.ts']],
  ['src-main/commands/x.ts', ['src-main/cli.ts', 'src-renderer/x.ts']],
  ['src-main/serve.ts', ['src-main/commands/x.ts', 'src-main/main.ts', 'src-main/cli.ts']],
  ['src-main/main.ts', ['src-main/commands/x.ts', 'src-renderer/x.ts', 'test/unit/x.ts', 'package.json']],
])('%s is stopped from importing what it may not know', async (from, targets) => {
  for (const target of targets) {
    for (const code of everyImport(from, target)) {
      expect(await complaints(from, code), code).toEqual([
        expect.stringMatching(/^boundaries\/dependencies/),
      ]);
    }
  }
});

test('a folder that the rules do not name is refused, and they name none that is not there', async () => {
  for (const target of ['src-main/contract/x.ts', 'src-main/files/x.ts'])
    for (const code of everyImport('src-main/storage/x.ts', target))
      expect(await complaints('src-main/storage/x.ts', code), code).toEqual([
        expect.stringMatching(/^boundaries\/no-unknown-files/),
      ]);
  const config: unknown = await eslint.calculateConfigForFile(resolve(root, 'src-main/recorder.ts'));
  const { settings } = configSchema.parse(config);
  const patterns = settings['boundaries/files'].flatMap(({ pattern }) => pattern);
  expect(patterns.length).toBeGreaterThan(30);
  const places = patterns.filter((pattern) => pattern !== 'src-main/*.ts');
  expect(places.filter((place) => !existsSync(resolve(root, place.replace(/\/\*\*$/, ''))))).toEqual([]);
});

test.each(['files', 'encode', 'catalog', 'recording', 'library', 'remote', 'desktop', 'launch'])(
  '%s/ knows the session by its types only',
  async (layer) => {
    const from = `src-main/${layer}/x.ts`;
    const { values, types } = imports(from, 'src-main/session/ports.ts');
    for (const code of types) expect(await complaints(from, code), code).toEqual([]);
    for (const code of values) expect(await complaints(from, code), code).toHaveLength(1);
  },
);

test('session/ knows the clock and the log by their types only', async () => {
  const from = 'src-main/session/x.ts';
  const { values, types } = imports(from, 'src-main/runtime/clock.ts');
  for (const code of types) expect(await complaints(from, code), code).toEqual([]);
  for (const code of values) expect(await complaints(from, code), code).toHaveLength(1);
});

test.each([
  ...['files', 'encode', 'encode/ffmpeg', 'encode/built-in', 'conversation', 'recording'],
  ...['library/intake', 'repair', 'remote'],
])('%s/ opens files in the one way that follows no link', async (folder) => {
  const from = `src-main/${folder}/x.ts`;
  for (const name of ['open', 'readFile', 'writeFile', 'stat', 'appendFile'])
    expect(await complaints(from, `import { ${name} } from 'node:fs/promises';`), name).toHaveLength(1);
  for (const name of ['openSync', 'readFileSync', 'existsSync', 'createReadStream'])
    expect(await complaints(from, `import { ${name} } from 'node:fs';`), name).toHaveLength(1);
  expect(await complaints(from, "import { mkdir, rename, rm } from 'node:fs/promises';")).toEqual([]);
  expect(await complaints('src-main/disk/x.ts', "import { open } from 'node:fs/promises';")).toEqual([]);
});

test('the page may import the contract, the arithmetic of audio, the words and itself, and nothing else of the project', async () => {
  const from = 'src-renderer/capture/x.ts';
  const worklet = "import url from './worklet.ts?worker&url';";
  const legal = ['src-main/contract/x.ts', 'src-main/audio/x.ts', 'src-renderer/capture/y.ts'];
  for (const code of [worklet, ...legal.flatMap((target) => everyImport(from, target))]) {
    expect(await complaints(from, code), code).toEqual([]);
  }
  const words = 'src-renderer/i18n/x.ts';
  for (const code of everyImport(words, 'resources/locales/en.json'))
    expect(await complaints(words, code), code).toEqual([]);
  const illegal = [
    'src-main/session/x.ts',
    'src-main/recorder.ts',
    'src-main/preload/x.ts',
    'test/unit/x.ts',
  ];
  for (const code of illegal.flatMap((target) => everyImport(from, target))) {
    expect(await complaints(from, code), code).toHaveLength(1);
  }
});

test('a damaged WAV is read leniently by repair alone: what recovers recordings has no way there', async () => {
  const lenient = 'src-main/audio/wav-lenient.ts';
  const others = ['audio', 'files', 'encode', 'recording', 'library', 'conversation', 'session', 'disk'];
  for (const from of [...others.map((folder) => `src-main/${folder}/x.ts`), 'src-main/recorder.ts'])
    for (const code of everyImport(from, lenient)) expect(await complaints(from, code), code).toHaveLength(1);

  const imported = importsBelow('src-main');
  const reached = (path: string, seen = new Set<string>()): Set<string> => {
    for (const next of imported.get(path) ?? []) if (!seen.has(next)) reached(next, seen.add(next));
    return seen;
  };
  const recovery = [...imported.keys()].filter((path) =>
    /\/recording\/(recover|examine|find|infer)-/.test(path),
  );
  expect(recovery.length).toBeGreaterThan(5);
  for (const path of recovery) {
    const modules = [...reached(path)].map((module) => relative(root, module));
    expect(modules, path).not.toContain(lenient);
  }
  expect([...reached(resolve(root, 'src-main/repair/diagnose.ts'))]).toContain(resolve(root, lenient));
});

const PAGE_FOLDERS = ['capture', 'session', 'recording', 'store', 'components'];

test.each(PAGE_FOLDERS)('in the page, %s/ imports the folders below it and none above', async (folder) => {
  const from = `src-renderer/${folder}/x.ts`;
  const height = PAGE_FOLDERS.indexOf(folder);
  for (const [index, other] of PAGE_FOLDERS.entries())
    for (const code of everyImport(from, `src-renderer/${other}/y.ts`))
      expect(await complaints(from, code), `${from}: ${code}`).toHaveLength(index <= height ? 0 : 1);
  for (const code of everyImport(from, 'src-renderer/i18n/y.ts'))
    expect(await complaints(from, code), `${from}: ${code}`).toHaveLength(folder === 'components' ? 0 : 1);
  for (const code of everyImport(from, 'src-renderer/main.tsx'))
    expect(await complaints(from, code), `${from}: ${code}`).toHaveLength(1);
});

test('what records in the page has no store and no screen to tell', async () => {
  for (const name of ['zustand', 'zustand/vanilla', 'react', 'i18next'])
    expect(
      await complaints('src-renderer/recording/x.ts', `import { x } from '${name}';`),
      name,
    ).toHaveLength(1);
  expect(await complaints('src-renderer/store/x.ts', "import { x } from 'zustand/vanilla';")).toEqual([]);
});

test('only desktop/, preload/, main.ts and desktop-app.ts may import electron', async () => {
  const code = "import { app } from 'electron';";
  const shell = ['src-main/main.ts', 'src-main/desktop-app.ts'];
  for (const path of ['src-main/desktop/x.ts', 'src-main/preload/x.ts', ...shell]) {
    expect(await complaints(path, code), path).toEqual([]);
  }
  const others = ['src-main/start.ts', 'src-main/encode/x.ts', 'src-main/recorder.ts', 'src-renderer/x.ts'];
  for (const path of others) expect(await complaints(path, code), path).toHaveLength(1);
});

test('a program is run in the one way that bounds, ends and counts it', async () => {
  const code = "import { spawn } from 'node:child_process';";
  for (const folder of ['runtime', 'launch', 'system-audio', 'commands'])
    expect(await complaints(`src-main/${folder}/x.ts`, code), folder).toEqual([]);
  for (const folder of ['encode/ffmpeg', 'transcribe', 'repair', 'library', 'recording', 'remote', 'desktop'])
    expect(await complaints(`src-main/${folder}/x.ts`, code), folder).toHaveLength(1);
});

test('contract/, audio/ and session/ have no packages but zod, and the page has no Node modules', async () => {
  const legal = [
    ['src-main/contract/x.ts', 'zod'],
    ['src-main/session/x.ts', 'zod'],
    ['src-main/files/x.ts', 'node:fs/promises'],
    ['src-main/catalog/x.ts', 'better-sqlite3'],
    ['src-renderer/x.tsx', 'react'],
  ] as const;
  const illegal = [
    ['src-main/contract/x.ts', 'ws'],
    ['src-main/contract/x.ts', 'node:crypto'],
    ['src-main/audio/x.ts', 'zod'],
    ['src-main/session/x.ts', 'node:fs'],
    ['src-main/session/x.ts', 'events'],
    ['src-renderer/x.ts', 'node:path'],
  ] as const;
  for (const [path, name] of legal) {
    expect(await complaints(path, `import { x } from '${name}';`), `${path}: ${name}`).toEqual([]);
  }
  for (const [path, name] of illegal) {
    expect(await complaints(path, `import { x } from '${name}';`), `${path}: ${name}`).toHaveLength(1);
  }
});

test.each(['contract', 'audio', 'session'])(
  '%s/ cannot reach for a clock, a timer or the machine',
  async (layer) => {
    const from = `src-main/${layer}/x.ts`;
    const reaches = [
      'Date.now()',
      'new Date()',
      'setTimeout(f, 1)',
      'performance.now()',
      'process.env',
      'Buffer.of()',
    ];
    for (const reach of reaches) {
      expect(await complaints(from, `export const x = ${reach};`), reach).toHaveLength(1);
      expect(await complaints('src-main/remote/x.ts', `export const x = ${reach};`), reach).toEqual([]);
    }
    expect(await complaints(from, 'export const x = new Date(0);')).toEqual([]);
  },
);

/** Each module below `folder` with those that it imports, types included; what is not a module there is left out. */
function importsBelow(folder: string): Map<string, readonly string[]> {
  const modules = readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => resolve(root, folder, name));
  const targets = (path: string) =>
    [...readFileSync(path, 'utf8').matchAll(/(?:from|import\(?) '(\.[^'?]+)/g)]
      .map(([, target]) => resolve(dirname(path), target!))
      .filter((target) => modules.includes(target));
  return new Map(modules.map((path) => [path, targets(path)]));
}

/** A way from a module back to itself. */
function circle(imported: Map<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const follow = (way: readonly string[]): readonly string[] | undefined => {
    const last = way.at(-1)!;
    if (way.indexOf(last) < way.length - 1) return way.slice(way.indexOf(last));
    if (done.has(last)) return undefined;
    for (const next of imported.get(last) ?? []) {
      const found = follow([...way, next]);
      if (found !== undefined) return found;
    }
    done.add(last);
    return undefined;
  };
  for (const path of imported.keys()) {
    const found = follow([path]);
    if (found !== undefined) return found.map((module) => relative(root, module));
  }
  return undefined;
}

test.each(['src-main', 'src-renderer'])(
  'no module of %s imports, by whatever way, what imports it; types count',
  (folder) => {
    const imported = importsBelow(folder);
    expect([...imported.values()].flat().length).toBeGreaterThan(100);
    expect(circle(imported)).toBeUndefined();
  },
);

test('a circle of imports is found', () => {
  expect(
    circle(
      new Map([
        ['/a', ['/b', '/c']],
        ['/b', ['/c']],
        ['/c', ['/b']],
      ]),
    ),
  ).toHaveLength(3);
});

test('nothing but a tool’s configuration has a default export', async () => {
  for (const path of [
    'src-main/files/x.ts',
    'src-main/session/x.ts',
    'src-renderer/App.tsx',
    'test/unit/x.ts',
  ]) {
    expect(await complaints(path, 'export default 1;'), path).toHaveLength(1);
  }
  expect(await complaints('vite.config.ts', 'export default 1;')).toEqual([]);
});
