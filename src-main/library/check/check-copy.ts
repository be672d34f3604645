import { basename } from 'node:path';
import type { FileCheck } from '../../contract/repair.ts';
import { toWireError } from '../../contract/errors.ts';
import type { RecordingFile } from '../../contract/session-record.ts';
import { statRegularFile } from '../../disk/regular-file.ts';
import type { Chapter, Encoder } from '../../encode/encoder.ts';
import { expectedCopy } from '../../encode/expected-file.ts';
import { findFault } from '../../encode/verify.ts';
import { keepBackup } from '../../repair/place-file.ts';
import type { Mender, SoundMaster } from './check-master.ts';
import { whole } from './check-master.ts';

export interface CopyCheckOptions {
  readonly encoder: Encoder;
  readonly repairer: Mender;
  readonly mp3BitRate?: number | undefined;
}

/** The facts about a delivered copy. */
export interface DeliveredCopy {
  readonly row: RecordingFile;
  /** Its path, whether or not the file exists. */
  readonly path: string;
  /** Its master, where that can be read. */
  readonly master: SoundMaster | undefined;
  /** Frames of the master when the copy was made; the master may have lost some since, and the copy not. */
  readonly recordedFrames: number;
  readonly chapters: readonly Chapter[];
}

/** Checks a delivered copy, and makes it again where it is damaged or missing. A damaged one is kept. */
export async function checkCopy(copy: DeliveredCopy, options: CopyCheckOptions): Promise<FileCheck> {
  const { path, master } = copy;
  const name = basename(path);
  const there = (await statRegularFile(path)) !== undefined;
  try {
    if (master !== undefined) return await checkAgainst(copy, master, there, options);
    if (!there) return { ...whole(name), outcome: 'missing' };
    return await mendAlone(path, options.repairer);
  } catch (error) {
    const { message } = toWireError(error);
    return { ...whole(name), outcome: there ? 'unmendable' : 'missing', reason: message };
  }
}

async function checkAgainst(
  { row, path, chapters, recordedFrames }: DeliveredCopy,
  master: SoundMaster,
  there: boolean,
  { encoder, mp3BitRate }: CopyCheckOptions,
): Promise<FileCheck> {
  const name = basename(path);
  const fault = there ? await findCopyFault(path, row, master) : 'it is not there';
  if (fault === undefined) return whole(name);
  if (there && recordedFrames > master.frames) {
    const recorded = { ...master, frames: recordedFrames };
    if ((await findCopyFault(path, row, recorded)) === undefined) return whole(name);
  }
  const backup = there ? basename(await keepBackup(path)) : null;
  await encoder.encodeFile({
    format: row.format,
    masterPath: master.path,
    finalPath: path,
    gain: row.gain,
    chapters,
    ...(mp3BitRate === undefined ? {} : { mp3BitRate }),
  });
  return { ...whole(name), outcome: 'remade', backup, reason: fault };
}

function findCopyFault(path: string, row: RecordingFile, master: SoundMaster): Promise<string | undefined> {
  // It may have been made at another bit rate than is set now.
  const { bitRate: _, ...expected } = expectedCopy(row.format, master);
  return findFault(path, expected);
}

/** There is no master to make it from: its own content is all that is left. */
async function mendAlone(path: string, repairer: Mender): Promise<FileCheck> {
  const target = { place: 'in-place' } as const;
  const diagnosis = await repairer.diagnose(path);
  const faults = [...(diagnosis.finding?.faults ?? [])];
  const found = { ...whole(basename(path)), faults };
  // FLAC and others cannot be repaired here; nothing says that they are damaged.
  if (faults.length === 0) return found;
  const plan = await repairer.plan(diagnosis, target);
  if (plan === undefined)
    return { ...found, outcome: 'unmendable', reason: diagnosis.finding?.reason ?? null };
  const { backupPath } = await repairer.repair(diagnosis, plan, target);
  return {
    ...found,
    outcome: 'mended',
    backup: backupPath === undefined ? null : basename(backupPath),
  };
}
