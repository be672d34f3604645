import { join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import type { Transcript } from '../contract/transcript.ts';
import { withRetries } from '../disk/read-fully.ts';
import { readRegularFile } from '../disk/regular-file.ts';
import { NEW_SUFFIX } from '../disk/atomic-file.ts';
import { MAX_JSON_BYTES } from './json-file.ts';
import { parseSession } from './parse-session.ts';
import { parseTranscript } from './parse-transcript.ts';
import { SESSION_FILE_NAME, TRANSCRIPT_FILE_NAME } from './session-file.ts';
import { systemCode } from './write-error.ts';

/** The file exists, but its content is not what it should be. */
interface Damaged {
  readonly kind: 'damaged';
  /** In half a sentence about the file. */
  readonly reason: string;
  /** The id of another session that it describes instead, if it does. */
  readonly otherId?: string;
}

/** A description that could be parsed. */
export interface ToldAccount {
  readonly kind: 'told';
  readonly session: SessionRecord;
  /** What was cut from the file because it was too large, in short phrases: it is not in `session`. */
  readonly cut: readonly string[];
  /** Set for a description that was completely written but had not yet replaced the older one. */
  readonly isPending?: true;
  /** The session's id in the file, where its folder has been renamed since. */
  readonly renamedFrom?: string;
}

/** What a folder says about its session. */
export type SessionAccount = ToldAccount | { readonly kind: 'none' } | Damaged;

/** The stored text of a session in a folder. */
export type TranscriptAccount =
  | { readonly kind: 'told'; readonly transcript: Transcript; readonly cut: readonly string[] }
  | { readonly kind: 'none' }
  | Damaged;

/**
 * Reads what a folder says about its session; with `id` it must be that one. Rejects where it cannot be read: such an
 * error says nothing about the content.
 */
export async function readSessionAccount(folder: string, id?: string): Promise<SessionAccount> {
  const path = join(folder, SESSION_FILE_NAME);
  const read = (from: string) =>
    readAccount(
      from,
      (text) => parseSession(text, id),
      (text) => {
        const otherId = parseSession(text)?.session.id;
        return otherId === undefined
          ? undefined
          : { reason: `describes another session, ${otherId}`, otherId };
      },
    );
  const account = await read(path);
  const pending = await read(path + NEW_SUFFIX);
  if (pending.kind !== 'told') return account;
  const isNewer = account.kind !== 'told' || pending.session.revision > account.session.revision;
  return isNewer ? { ...pending, isPending: true } : account;
}

/** Reads the text of a session from its folder. Rejects where that cannot be read. */
export function readTranscriptAccount(folder: string): Promise<TranscriptAccount> {
  return readAccount(join(folder, TRANSCRIPT_FILE_NAME), parseTranscript);
}

async function readAccount<Told extends object>(
  path: string,
  parse: (text: string) => Told | undefined,
  whyNot: (text: string) => Omit<Damaged, 'kind'> | undefined = () => undefined,
): Promise<({ readonly kind: 'told' } & Told) | { readonly kind: 'none' } | Damaged> {
  let bytes: Buffer;
  try {
    bytes = await withRetries(() => readRegularFile(path, MAX_JSON_BYTES));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { kind: 'none' };
    if (!(error instanceof LecternError)) throw error;
    if (error.code !== 'FILE_TOO_LARGE') return { kind: 'none' };
    return { kind: 'damaged', reason: `is larger than ${MAX_JSON_BYTES / 1024 / 1024} MB` };
  }
  const text = bytes.toString('utf8');
  const told = parse(text);
  if (told !== undefined) return { kind: 'told', ...told };
  return { kind: 'damaged', ...(whyNot(text) ?? { reason: 'cannot be understood' }) };
}
