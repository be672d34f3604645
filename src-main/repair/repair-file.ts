import { chmod, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { requireRegularFile, statRegularFile } from '../disk/regular-file.ts';
import { renameDurably, syncFolder } from '../disk/sync.ts';
import { writeError } from '../files/write-error.ts';
import { diagnose, type Diagnosis } from './diagnose.ts';
import type { Cure, RepairControl } from './finding.ts';
import { keepBackup, placeNew } from './place-file.ts';
import type { Remuxer } from './remux.ts';
import { changesName, exists, outputNames, type RepairTarget } from './repair-target.ts';
import { removeLeftovers, temporaryPathFor } from './temporary-file.ts';
import { mendedExtension, writeMended } from './write-mended.ts';
import { holdsPieces } from './write-pieces.ts';
import { makeFolder } from '../disk/make-folder.ts';

export interface RepairPlan {
  readonly outputPath: string;
  /** The repaired file is there already, from an earlier run. */
  readonly done: boolean;
}

export interface Repaired {
  readonly outputPath: string;
  readonly backupPath?: string;
}

/** Where the repaired file would go. Writes nothing. */
export async function planRepair(
  diagnosis: Diagnosis,
  target: RepairTarget,
): Promise<RepairPlan | undefined> {
  const { path, finding } = diagnosis;
  if (finding?.cure === undefined) return undefined;
  for (const outputPath of outputNames(path, finding.kind, target)) {
    if (outputPath === path || !(await exists(outputPath))) return { outputPath, done: false };
    if (await isResult(outputPath, diagnosis, finding.cure)) return { outputPath, done: true };
  }
  return undefined;
}

async function isResult(outputPath: string, diagnosis: Diagnosis, cure: Cure): Promise<boolean> {
  const stats = await statRegularFile(outputPath);
  if (stats === undefined) return false;
  if (cure.kind === 'rewrite') return holdsPieces(outputPath, cure.pieces, diagnosis.path);
  if (stats.mtimeMs < diagnosis.modifiedMs) return false;
  const { finding } = await diagnose(outputPath);
  return finding !== undefined && finding.kind === cure.container && finding.faults.length === 0;
}

/**
 * Writes a repaired file. It gets its name only once it is whole, durable, healthy, and better than the damaged file
 * according to independent readers. The damaged file is never written to. In place, it first gets another name.
 */
export async function executeRepair(
  diagnosis: Diagnosis,
  plan: RepairPlan,
  target: RepairTarget,
  remuxer: () => Promise<Remuxer | undefined>,
  control: RepairControl = {},
): Promise<Repaired> {
  const { path, finding } = diagnosis;
  if (finding?.cure === undefined)
    throw new LecternError('INVALID_AUDIO_FILE', 'There is no cure for this file');
  const { outputPath } = plan;
  const temporaryPath = temporaryPathFor(outputPath, mendedExtension(diagnosis));
  try {
    await makeFolder(dirname(outputPath));
    await removeLeftovers(outputPath);
    await writeMended(diagnosis, temporaryPath, remuxer, control);
    const { size, mtimeMs, mode } = await requireRegularFile(path);
    if (size !== diagnosis.size || mtimeMs !== diagnosis.modifiedMs)
      throw new LecternError(
        'INVALID_AUDIO_FILE',
        'It changed while it was being repaired: something is writing to it',
      );
    await chmod(temporaryPath, mode & 0o777);
    return await place(diagnosis, plan, target, temporaryPath);
  } catch (error) {
    await rm(temporaryPath, { force: true }).catch(() => undefined);
    control.signal?.throwIfAborted();
    throw error instanceof LecternError ? error : writeError(error);
  }
}

async function place(
  { path, finding }: Diagnosis,
  { outputPath }: RepairPlan,
  target: RepairTarget,
  temporaryPath: string,
): Promise<Repaired> {
  if (target.place !== 'in-place') {
    await placeNew(temporaryPath, outputPath);
    return { outputPath };
  }
  const backupPath = await keepBackup(path);
  if (finding !== undefined && changesName(path, finding.kind)) {
    await placeNew(temporaryPath, outputPath);
    await unlink(path);
    await syncFolder(outputPath);
  } else await renameDurably(temporaryPath, outputPath);
  return { outputPath, backupPath };
}
