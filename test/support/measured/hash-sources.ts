import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { z } from 'zod';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
/** A file's path in a string: an import, or what a worker, a child process or a compiler is given. */
const SOURCE_PATH = /(['"])([\w./-]+\.(?:tsx?|c))\1/g;
const IMPORTED_PACKAGE = /(?:from|import|import\()\s*['"]((?:@[\w.-]+\/)?[a-z][\w.-]*)/g;
const HASH_DIGITS = 10;

const lockSchema = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

/**
 * What a figure depends on, as one short hexadecimal number: the code of these files and of all that they import, without comments, layout and types, and
 * the versions of the packages among it.
 * @param entries paths from `root`.
 */
export function hashSources(entries: readonly string[], root = repository): string {
  const codes = new Map<string, string>();
  const packages = new Set<string>();
  const waiting = entries.map((entry) => resolve(root, entry));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (codes.has(path)) continue;
    const code = codeOf(path);
    codes.set(path, code);
    for (const [, , target = ''] of code.matchAll(SOURCE_PATH))
      waiting.push(
        ...[dirname(path), root]
          .map((folder) => resolve(folder, target))
          .filter((found) => existsSync(found)),
      );
    for (const [, name = ''] of code.matchAll(IMPORTED_PACKAGE)) packages.add(name);
  }
  const hash = createHash('sha256');
  for (const [path, code] of [...codes].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${relative(root, path)}\n${code}\n`);
  for (const name of [...packages].toSorted()) hash.update(`${name}@${lockedVersion(name) ?? ''}\n`);
  return hash.digest('hex').slice(0, HASH_DIGITS);
}

const transpiled = new Map<string, string>();

function codeOf(path: string): string {
  const known = transpiled.get(path);
  if (known !== undefined) return known;
  const code = path.endsWith('.c') ? readFileSync(path, 'utf8') : withoutTypes(path);
  transpiled.set(path, code);
  return code;
}

function withoutTypes(path: string): string {
  return ts.transpileModule(readFileSync(path, 'utf8'), {
    fileName: path,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ESNext,
      jsx: ts.JsxEmit.ReactJSX,
      removeComments: true,
      verbatimModuleSyntax: true,
    },
  }).outputText;
}

let versions: ReadonlyMap<string, string> | undefined;

/** Undefined for Node's own modules. */
function lockedVersion(name: string): string | undefined {
  versions ??= readVersions();
  return versions.get(name);
}

function readVersions(): Map<string, string> {
  const lock: unknown = createRequire(import.meta.url)(join(repository, 'package-lock.json'));
  return new Map(
    Object.entries(lockSchema.parse(lock).packages).flatMap(([path, { version }]) =>
      version === undefined ? [] : [[path.replace(/^node_modules\//, ''), version] as const],
    ),
  );
}
