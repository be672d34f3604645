import { join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { sessionFileSchema, type SessionRecord } from '../contract/session-record.ts';
import { patiently } from '../disk/read-fully.ts';
import { readRegularFile } from '../disk/regular-file.ts';
import { SESSION_FILE_NAME } from './session-file.ts';
import { systemCode } from './write-error.ts';

/** More than a description of a session can come to. */
const MOST_BYTES = 64 * 1024 * 1024;

/** What a folder says of its session. */
export type SessionAccount =
  | { readonly kind: 'told'; readonly session: SessionRecord }
  | { readonly kind: 'none' }
  /** There is a description, and it is none of this session that can be understood. */
  | { readonly kind: 'damaged' };

/** Reads what a folder says of its session. Rejects where it cannot be read: that says nothing of what it says. */
export async function readSessionAccount(folder: string, id: string): Promise<SessionAccount> {
  let text: string;
  try {
    text = (await patiently(() => readRegularFile(join(folder, SESSION_FILE_NAME), MOST_BYTES))).toString(
      'utf8',
    );
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { kind: 'none' };
    if (error instanceof LecternError) return { kind: error.code === 'FILE_TOO_LARGE' ? 'damaged' : 'none' };
    throw error;
  }
  const session = parse(text);
  return session?.id === id ? { kind: 'told', session } : { kind: 'damaged' };
}

function parse(text: string): SessionRecord | undefined {
  try {
    return sessionFileSchema.safeParse(JSON.parse(text)).data?.session;
  } catch {
    return undefined;
  }
}
