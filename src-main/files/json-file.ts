import type { z } from 'zod';
import { jsonPieces } from '../contract/json-pieces.ts';
import { writeAtomically } from '../disk/atomic-file.ts';
import { readRegularFile } from '../disk/regular-file.ts';

/** Larger than any description of a session; a larger file was not written by us, and is not read. */
export const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** Replaces a JSON file as a whole: a reader, or a crash, sees the old one or the new one. */
export function writeJsonFile(path: string, content: unknown): Promise<void> {
  return writeAtomically(path, async (file) => {
    // In pieces, so that other tasks run between them: the content may have tens of thousands of items.
    for (const piece of jsonPieces(content)) await file.writeFile(piece);
    await file.writeFile('\n');
  });
}

/** The content of a JSON file of this shape; undefined where there is none that can be parsed. */
export async function readJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const bytes = await readRegularFile(path, MAX_JSON_BYTES).catch(() => undefined);
  return bytes === undefined ? undefined : parse(bytes.toString('utf8'), schema);
}

function parse<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
