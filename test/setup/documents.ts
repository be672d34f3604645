import { join } from 'node:path';
import { format } from 'prettier';
import { readPackageVersion } from '../../src-main/launch/package-version.ts';
import { markdownReference } from '../../src-main/reference/markdown.ts';
import { openApiDocument } from '../../src-main/reference/openapi.ts';
import { repository } from './steps.ts';

/** What stands between them in PROGRAMMING.md is generated. */
const BEGIN = '<!-- reference: written by `npm run docs` -->';
const END = '<!-- end of the reference -->';

export interface GeneratedDocument {
  readonly name: string;
  readonly path: string;
  /** What it ought to be. */
  readonly text: string;
}

/** The generated documents that are not what the contract says. */
export async function staleDocuments(read: (path: string) => string): Promise<GeneratedDocument[]> {
  const openApi = JSON.stringify(openApiDocument(readPackageVersion()));
  const made = [
    {
      name: 'resources/openapi.json',
      makeFrom: async () => format(openApi, { parser: 'json', printWidth: 110 }),
    },
    { name: 'PROGRAMMING.md', makeFrom: async (text: string) => withReference(text, markdownReference()) },
  ];
  const stale: GeneratedDocument[] = [];
  for (const { name, makeFrom } of made) {
    const path = join(repository, name);
    const before = readOr(read, path, '');
    const text = await makeFrom(before);
    if (text !== before) stale.push({ name, path, text });
  }
  return stale;
}

/** The page with the reference between its marks. Throws where they are not there, each once. */
export function withReference(page: string, reference: string): string {
  const [before, between, ...others] = page.split(BEGIN);
  const [, after, ...more] = (between ?? '').split(END);
  if (before === undefined || after === undefined || others.length > 0 || more.length > 0)
    throw new Error(`expected PROGRAMMING.md to have ${BEGIN} and ${END} once each`);
  return `${before}${BEGIN}\n\n${reference}\n\n${END}${after}`;
}

function readOr(read: (path: string) => string, path: string, otherwise: string): string {
  try {
    return read(path);
  } catch {
    return otherwise;
  }
}
