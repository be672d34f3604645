import { randomUUID } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../disk/make-folder.ts';
import { readRegularFile } from '../disk/regular-file.ts';
import { isSameProcessAlive, processStarted } from '../runtime/processes.ts';

/** In the data folder: the server's address and token. */
const NOTE_FILE = 'server.json';
/** Many times what it holds. */
const MAX_NOTE_BYTES = 64 * 1024;
/** A loopback server that takes longer should not be handed a user. */
const ANSWER_TIMEOUT_MS = 3000;

const noteSchema = z.object({
  pid: z.int().min(1),
  /** Distinguishes the process from a later one with its number; empty where the system does not give it. */
  process_started: z.string(),
  started_at: z.iso.datetime(),
  port: z.int().min(1).max(65_535),
  url: z.url(),
  token: z.string().min(1),
  /** `app` has its own window; `server` was started for other programs. */
  kind: z.enum(['app', 'server']),
});
export type ServerNote = z.infer<typeof noteSchema>;

export interface AnnouncedServer {
  /** False where another living server has the folder's note: then this one is not announced. */
  readonly announced: boolean;
  /** Removes the note, unless it has become another server's. */
  withdraw(): Promise<void>;
}

/** The server that runs on a data folder and answers; a note of a dead server is ignored. */
export async function findRunningServer(dataDir: string): Promise<ServerNote | undefined> {
  const note = await readNote(dataDir);
  if (note === undefined || !isSameProcessAlive(note.pid, note.process_started)) return undefined;
  return (await answers(note)) ? note : undefined;
}

/** Writes the note of this process's server for later launches. Only its user can read it, as it has the token. */
export async function announceServer(
  server: Omit<ServerNote, 'pid' | 'process_started'>,
  dataDir: string,
): Promise<AnnouncedServer> {
  const path = join(dataDir, NOTE_FILE);
  const note: ServerNote = {
    ...server,
    pid: process.pid,
    process_started: processStarted(process.pid),
  };
  const draft = `${path}.${randomUUID()}`;
  const unannounced = { announced: false, withdraw: () => Promise.resolve() };
  try {
    await makeFolder(dataDir);
    await writeFile(draft, `${JSON.stringify(note)}\n`, { mode: 0o600, flag: 'wx' });
    // Where two start at the same moment, one gets the name.
    const first = await link(draft, path).then(
      () => true,
      () => false,
    );
    if (!first) {
      if ((await findRunningServer(dataDir)) !== undefined) return unannounced;
      await rename(draft, path);
    }
  } catch {
    // Where the note cannot be written, the server runs all the same.
    return unannounced;
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
  return {
    announced: true,
    async withdraw() {
      if ((await readNote(dataDir))?.token === note.token) await rm(path, { force: true });
    },
  };
}

async function readNote(dataDir: string): Promise<ServerNote | undefined> {
  try {
    return noteSchema.parse(
      JSON.parse(String(await readRegularFile(join(dataDir, NOTE_FILE), MAX_NOTE_BYTES))),
    );
  } catch {
    return undefined;
  }
}

/** Another program may have the port by now, so the server must prove that it accepts the token. */
async function answers({ url, token }: ServerNote): Promise<boolean> {
  try {
    const response = await fetch(new URL('/health', url), {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return z.object({ status: z.literal('ok') }).safeParse(await response.json()).success && response.ok;
  } catch {
    return false;
  }
}
