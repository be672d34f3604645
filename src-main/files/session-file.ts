import { join } from 'node:path';
import type { SessionRecord } from '../contract/session-record.ts';
import type { Transcript } from '../contract/transcript.ts';
import { openRegularFile, readRegularFile, readRegularFileSync } from '../disk/regular-file.ts';
import { MAX_JSON_BYTES, writeJsonFile } from './json-file.ts';
import { parseSession } from './parse-session.ts';
import { parseTranscript } from './parse-transcript.ts';

/** The description beside a session's audio, which makes the folder readable without the catalog. */
export const SESSION_FILE_NAME = 'session.json';
/** The text beside it. Separate from the description, which is written far more often while recording. */
export const TRANSCRIPT_FILE_NAME = 'transcript.json';

export function writeSessionFile(folder: string, session: SessionRecord): Promise<void> {
  return writeJsonFile(join(folder, SESSION_FILE_NAME), { version: 1, session });
}

/** The session described in `folder`, only the one with `id` where that is given; undefined where none can be read. */
export async function readSessionFile(folder: string, id?: string): Promise<SessionRecord | undefined> {
  const text = await readText(join(folder, SESSION_FILE_NAME));
  return text === undefined ? undefined : parseSession(text, id)?.session;
}

/** The same, synchronous. */
export function readSessionFileSync(folder: string, id: string): SessionRecord | undefined {
  const text = readTextSync(join(folder, SESSION_FILE_NAME));
  return text === undefined ? undefined : parseSession(text, id)?.session;
}

export function writeTranscriptFile(folder: string, transcript: Transcript): Promise<void> {
  return writeJsonFile(join(folder, TRANSCRIPT_FILE_NAME), { version: 1, transcript });
}

/** The text stored in `folder`, or undefined where none can be read. */
export async function readTranscriptFile(folder: string): Promise<Transcript | undefined> {
  const text = await readText(join(folder, TRANSCRIPT_FILE_NAME));
  return text === undefined ? undefined : parseTranscript(text)?.transcript;
}

/** The same, synchronous. */
export function readTranscriptFileSync(folder: string): Transcript | undefined {
  const text = readTextSync(join(folder, TRANSCRIPT_FILE_NAME));
  return text === undefined ? undefined : parseTranscript(text)?.transcript;
}

/** The beginning of a `transcript.json` as we write it. Only this is read at every launch, as the text may be long. */
const TRANSCRIPT_HEAD = /^\{\s*"version":\s*1,\s*"transcript":\s*\{\s*"revision":\s*(\d+)/;
const TRANSCRIPT_HEAD_BYTES = 256;
/** The end of a completely written file: no line within the text begins with a brace. */
const TRANSCRIPT_END = '\n}\n';

/** The revision of the text stored in `folder`; -1 where none can be read. */
export async function readTranscriptRevision(folder: string): Promise<number> {
  const file = await openRegularFile(join(folder, TRANSCRIPT_FILE_NAME)).catch(() => undefined);
  if (file === undefined) return -1;
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(TRANSCRIPT_HEAD_BYTES),
      0,
      TRANSCRIPT_HEAD_BYTES,
      0,
    );
    const revision = TRANSCRIPT_HEAD.exec(buffer.toString('utf8', 0, bytesRead))?.[1];
    const { size } = await file.stat();
    const end = await file.read(Buffer.alloc(3), 0, 3, Math.max(0, size - 3));
    const isWhole = end.buffer.toString('utf8', 0, end.bytesRead) === TRANSCRIPT_END;
    return revision === undefined || !isWhole
      ? ((await readTranscriptFile(folder))?.revision ?? -1)
      : Number(revision);
  } catch {
    return -1;
  } finally {
    await file.close();
  }
}

async function readText(path: string): Promise<string | undefined> {
  const bytes = await readRegularFile(path, MAX_JSON_BYTES).catch(() => undefined);
  return bytes?.toString('utf8');
}

function readTextSync(path: string): string | undefined {
  try {
    return readRegularFileSync(path, MAX_JSON_BYTES).toString('utf8');
  } catch {
    return undefined;
  }
}
