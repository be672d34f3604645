import { chmod, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { MEBIBYTE } from '../contract/limits.ts';
import { requireRoom, storedBytes } from '../disk/disk-space.ts';
import { requireRegularFile, statRegularFile } from '../disk/regular-file.ts';
import { renameDurably, syncFile, syncFolder } from '../disk/sync.ts';
import { writeError } from '../files/write-error.ts';
import { audioExtension, diagnose, type Diagnosis } from './diagnose.ts';
import { pieceBytes, type Cure, type RepairControl } from './finding.ts';
import { findNoBetter } from './judge-repair.ts';
import { keepBackup, placeNew } from './place-file.ts';
import { readAudio } from './read-audio.ts';
import { remux, type Remuxer } from './remux.ts';
import { changesName, exists, outputNames, type RepairTarget } from './repair-target.ts';
import { removeLeftovers, temporaryPathFor } from './temporary-file.ts';
import { holdsPieces, writePieces } from './write-pieces.ts';
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
 * Writes a repaired file under its name only once it is whole, durable, found healthy, and better than the damaged one
 * by the word of readers that are not ours. The damaged one is never written to; in place, it is kept under another
 * name first.
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
  const extension = finding.kind === 'raw' ? '.wav' : audioExtension(path);
  const temporaryPath = temporaryPathFor(outputPath, extension);
  try {
    await makeFolder(dirname(outputPath));
    await removeLeftovers(outputPath);
    await requireRoom(dirname(outputPath), await mostBytesOf(finding.cure, path), 'the repaired file');
    await write(finding.cure, path, temporaryPath, remuxer, control);
    const { finding: result } = await diagnose(temporaryPath);
    if (result === undefined || result.faults.length > 0) {
      const left = result?.faults.map(({ message }) => message).join('; ') ?? 'it could not be read back';
      throw new LecternError('INVALID_AUDIO_FILE', `The repaired file was not kept: ${left}`);
    }
    await requireBetter(diagnosis, temporaryPath, await remuxer(), control.signal);
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

/** Of what is kept the holes stay holes; mu-law has none, as its zeros are no silence. */
async function mostBytesOf(cure: Cure, path: string): Promise<number> {
  const stored = await storedBytes(path);
  // Packets are copied; an index may be added.
  if (cure.kind === 'remux') return stored + MEBIBYTE;
  const bytesOfPieces = cure.pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0);
  if (cure.pieces.some((piece) => 'convert' in piece && piece.convert === 'mulaw')) return bytesOfPieces;
  const added = cure.pieces.reduce((sum, piece) => sum + ('bytes' in piece ? piece.bytes.length : 0), 0);
  return Math.min(bytesOfPieces, stored + added);
}

async function requireBetter(
  { path, finding, reading }: Diagnosis,
  mendedPath: string,
  ffmpeg: Remuxer | undefined,
  signal?: AbortSignal,
): Promise<void> {
  if (finding === undefined) return;
  const before = reading ?? (await readAudio(path, ffmpeg, signal));
  const after = await readAudio(mendedPath, ffmpeg, signal);
  const noBetter = findNoBetter(before, after, finding);
  if (noBetter === undefined) return;
  throw new LecternError('INVALID_AUDIO_FILE', `Nothing is changed: ${noBetter.reason}`, {
    details: { heardAlike: noBetter.heardAlike },
  });
}

async function write(
  cure: Cure,
  fromPath: string,
  toPath: string,
  remuxer: () => Promise<Remuxer | undefined>,
  control: RepairControl,
): Promise<void> {
  if (cure.kind === 'rewrite') return writePieces(cure.pieces, fromPath, toPath, control);
  const ffmpeg = await remuxer();
  if (ffmpeg === undefined) throw new LecternError('ENCODER_UNAVAILABLE', needsFfmpeg(cure));
  await remux(
    ffmpeg,
    {
      fromPath,
      toPath,
      container: cure.container,
      ...(cure.endOffset === undefined ? {} : { endOffset: cure.endOffset }),
    },
    control,
  );
  await syncFile(toPath);
}

/** What is said of a file whose cure needs ffmpeg, where there is none. */
export function needsFfmpeg({ container }: { readonly container: string }): string {
  return `Mending ${container.toUpperCase()} needs ffmpeg, and none was found. Install ffmpeg, or set LECTERN_FFMPEG to its path`;
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
