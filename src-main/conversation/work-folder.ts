import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { transcriptWordSchema } from '../contract/transcript.ts';
import { readJsonFile, writeJsonFile } from '../files/json-file.ts';
import { processStarted } from '../runtime/processes.ts';
import type { PlacedText } from './place-text.ts';
import { makeFolder, makeFolderSync } from '../disk/make-folder.ts';

const DONE_FILE = 'done.json';
const PROGRAM_FILE = 'program.json';

const placedTextSchema = z.object({
  text: z.string(),
  start_ms: z.number(),
  end_ms: z.number(),
  words: z.array(transcriptWordSchema).nullable(),
});

const doneSchema = z.object({
  version: z.literal(1),
  /** What recognised it, and from what: other text is of no use. */
  made_by: z.string(),
  texts: z.record(z.string(), z.array(placedTextSchema)),
});

const programSchema = z.object({ pid: z.int().min(2), started: z.string() });

/** Where a session's transcription keeps what it has done so far, and files that recognisers work on. */
export interface WorkFolder {
  readonly path: string;
  /** Text of a stretch that was recognised before, here or in a process that is gone. */
  known(key: string): readonly PlacedText[] | undefined;
  keep(texts: ReadonlyMap<string, readonly PlacedText[]>): Promise<void>;
  /** Notes which program runs, for a process that must end it after this one has died. */
  noteProgram(pid: number | undefined): void;
  /** Nothing of it is needed any more. */
  remove(): Promise<void>;
}

/** Opens the folder of a session; ends the program that a process before this one left running, and removes its files. */
export async function openWorkFolder(path: string, madeBy: string): Promise<WorkFolder> {
  await makeFolder(path);
  endLeftProgram(join(path, PROGRAM_FILE));
  for (const name of await readdir(path))
    if (name !== DONE_FILE) await rm(join(path, name), { recursive: true, force: true });
  const found = await readJsonFile(join(path, DONE_FILE), doneSchema);
  const texts: Record<string, readonly PlacedText[]> = found?.made_by === madeBy ? { ...found.texts } : {};
  return {
    path,
    known: (key) => (Object.hasOwn(texts, key) ? texts[key] : undefined),
    async keep(more) {
      for (const [key, placed] of more) texts[key] = placed;
      await writeJsonFile(join(path, DONE_FILE), { version: 1, made_by: madeBy, texts });
    },
    noteProgram(pid) {
      noteProgram(path, pid);
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** Failing to note it loses nothing but the chance to end it after a crash. */
function noteProgram(folder: string, pid: number | undefined): void {
  const path = join(folder, PROGRAM_FILE);
  try {
    if (pid === undefined) rmSync(path, { force: true });
    else {
      makeFolderSync(folder);
      writeFileSync(path, JSON.stringify({ pid, started: processStarted(pid) }), { mode: 0o600 });
    }
  } catch {
    // As above.
  }
}

/** Only the very process that was noted: its number may be another's by now. */
function endLeftProgram(path: string): void {
  try {
    const { pid, started } = programSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    if (started !== '' && processStarted(pid) === started) process.kill(-pid, 'SIGKILL');
  } catch {
    // There is none, or it is gone.
  }
}
