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
  /** The recogniser and its input; text from others is not reused. */
  made_by: z.string(),
  texts: z.record(z.string(), z.array(placedTextSchema)),
});

const programSchema = z.object({ pid: z.int().min(2), started: z.string() });

/** Stores the progress of a session's transcription, and the files that recognisers work on. */
export interface WorkFolder {
  readonly path: string;
  /** Text of a stretch that was recognised earlier, also by a process that has ended. */
  known(key: string): readonly PlacedText[] | undefined;
  keep(texts: ReadonlyMap<string, readonly PlacedText[]>): Promise<void>;
  /** Records which program runs: after a crash of this process, another one must end it. */
  noteProgram(pid: number | undefined): void;
  /** Removes the folder, as nothing of it is needed any more. */
  remove(): Promise<void>;
}

/** Opens the folder of a session. Ends the program that an earlier process left running, and removes its files. */
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

/** A failure to record it means only that the program cannot be ended after a crash. */
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

/** Ends only the recorded process: its number may belong to another one by now. */
function endLeftProgram(path: string): void {
  try {
    const { pid, started } = programSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    if (started !== '' && processStarted(pid) === started) process.kill(-pid, 'SIGKILL');
  } catch {
    // There is no such process any more.
  }
}
