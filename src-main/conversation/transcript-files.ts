import { basename, join } from 'node:path';
import type { Transcript } from '../contract/transcript.ts';
import { readTranscriptAccount, type TranscriptAccount } from '../files/session-account.ts';
import { readTranscriptRevision, TRANSCRIPT_FILE_NAME, writeTranscriptFile } from '../files/session-file.ts';
import { setAside } from '../files/set-aside.ts';
import type { Log } from '../runtime/log.ts';

export interface TranscriptFilesOptions {
  readonly read: (sessionId: string) => Promise<Transcript>;
  readonly foldersOf: (sessionId: string) => readonly string[];
  /** Called when the files are up to date. */
  readonly onWritten: (sessionId: string) => void;
  readonly log: Log;
}

/**
 * The least time between two writes of a file. A file with more lines is written less often, as it is always written
 * whole and the catalog has the text already.
 */
const MIN_INTERVAL_MS = 1000;
const INTERVAL_MS_PER_LINE = 5;
const MAX_INTERVAL_MS = 60_000;
/** A line of more characters counts as so many more. */
const CHARACTERS_PER_LINE = 1000;

interface FileState {
  stale: boolean;
  writing: Promise<void>;
  timer: NodeJS.Timeout | undefined;
}

/** Writes `transcript.json` some time after changes, not for each of them. */
export function createTranscriptFiles(options: TranscriptFilesOptions) {
  const { read, foldersOf, onWritten, log } = options;
  const states = new Map<string, FileState>();

  /**
   * Returns how long its text takes to write, in lines of ordinary length; undefined where a file could not be written.
   */
  const write = async (sessionId: string, folders: readonly string[]): Promise<number | undefined> => {
    let transcript: Transcript;
    try {
      transcript = await read(sessionId);
    } catch (error) {
      log('error', 'the text could not be read for transcript.json', { id: sessionId, error });
      return undefined;
    }
    const written = await Promise.allSettled(
      folders.map((folder) => writeTranscriptFile(folder, transcript)),
    );
    for (const outcome of written)
      if (outcome.status === 'rejected')
        log('error', 'transcript.json could not be written', { id: sessionId, error: outcome.reason });
    return written.every(({ status }) => status === 'fulfilled') ? linesOf(transcript) : undefined;
  };

  const flush = (sessionId: string, state: FileState): void => {
    clearTimeout(state.timer);
    state.timer = undefined;
    if (!state.stale) return;
    state.stale = false;
    state.writing = state.writing
      .then(() => write(sessionId, foldersOf(sessionId)))
      .then((lines) => {
        if (lines !== undefined && !state.stale) onWritten(sessionId);
        const interval = Math.min(MAX_INTERVAL_MS, MIN_INTERVAL_MS + (lines ?? 0) * INTERVAL_MS_PER_LINE);
        state.timer = setTimeout(() => {
          state.timer = undefined;
          if (state.stale) flush(sessionId, state);
          else states.delete(sessionId);
        }, interval).unref();
      });
  };

  const settle = async (sessionId: string): Promise<void> => {
    const state = states.get(sessionId);
    if (state === undefined) return;
    do {
      flush(sessionId, state);
      await state.writing;
    } while (state.stale);
    clearTimeout(state.timer);
    states.delete(sessionId);
  };

  return {
    /** Notes that the text of a session has changed. */
    note(sessionId: string): void {
      const state = states.get(sessionId) ?? {
        stale: false,
        writing: Promise.resolve(),
        timer: undefined,
      };
      const busy = states.has(sessionId);
      states.set(sessionId, state);
      state.stale = true;
      if (!busy) flush(sessionId, state);
    },
    /** Resolves once the files are up to date, or could not be written. */
    settle,
    async close(): Promise<void> {
      await Promise.all([...states.keys()].map(settle));
    },
    /** The revision of each folder's file; -1 where there is none. */
    revisions: (folders: readonly string[]) =>
      Promise.all(
        folders.map(async (folder) => ({ folder, revision: await readTranscriptRevision(folder) })),
      ),
    /**
     * Reads the file of a folder. A file that is not accepted, or only in part, is first copied to a second name, as it
     * will be replaced.
     */
    async take(sessionId: string, folder: string): Promise<TranscriptAccount> {
      const account = await readTranscriptAccount(folder);
      const cut = account.kind === 'told' ? account.cut : [];
      if (account.kind !== 'damaged' && cut.length === 0) return account;
      const aside = basename(await setAside(join(folder, TRANSCRIPT_FILE_NAME)));
      log('warn', 'a transcript.json was not taken, or not all of it; it is kept aside', {
        id: sessionId,
        aside,
        ...(account.kind === 'damaged' ? { reason: account.reason } : { cut }),
      });
      return account;
    },
    /** Writes the file of these folders; replaces what is there. */
    write,
  };
}

function linesOf({ entries }: Transcript): number {
  return entries.reduce((lines, { text }) => lines + Math.ceil((text.length + 1) / CHARACTERS_PER_LINE), 0);
}
