import { readFileSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import type { z } from 'zod';
import { syncFolder } from './sync-folder.ts';

/** Replaces a JSON file as a whole: a reader, or a crash, sees the old one or the new one. */
export async function writeJsonFile(path: string, content: unknown): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncFolder(path);
}

/** What is in a JSON file of this shape, or undefined where there is none that can be understood. */
export async function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parse(text, schema);
}

/** The same for a caller that cannot wait. */
export function readJsonFileSync<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): z.output<Schema> | undefined {
  try {
    return parse(readFileSync(path, 'utf8'), schema);
  } catch {
    return undefined;
  }
}

function parse<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
