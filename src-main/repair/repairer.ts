import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toWireError } from '../contract/errors.ts';
import { createChildProcesses } from '../encode/child-processes.ts';
import { ownerState } from '../files/ownership.ts';
import { diagnose, PARTIAL_SUFFIX, type Diagnosis } from './diagnose.ts';
import type { Fault, FileKind, RepairControl, RepairHints } from './finding.ts';
import type { Remuxer } from './remux.ts';
import { executeRepair, planRepair, type RepairPlan, type Repaired } from './repair-file.ts';
import type { RepairTarget } from './repair-target.ts';
import { walkAudio, type AudioFile } from './walk-audio.ts';

export type RepairStatus =
  | 'healthy'
  | 'repaired'
  /** By an earlier run: the repaired file is there. */
  | 'already-repaired'
  /** Not asked to write. */
  | 'would-repair'
  | 'unrepairable'
  /** Could not be read or written. */
  | 'failed'
  /** Being recorded, or of a kind that is not repaired. */
  | 'skipped';

export interface RepairReport {
  readonly path: string;
  readonly status: RepairStatus;
  readonly kind?: FileKind;
  readonly faults: readonly Fault[];
  /** What was done, or would be. */
  readonly action?: string;
  /** Why nothing was done. */
  readonly reason?: string;
  readonly outputPath?: string;
  readonly backupPath?: string;
}

export interface RepairOptions extends RepairHints {
  readonly dryRun?: boolean;
  /** Keeps the damaged file as `name.bak` and puts the repaired one in its place. */
  readonly inPlace?: boolean;
  /** Puts repaired files there, in folders as they stand below the path that was named. */
  readonly outputFolder?: string;
}

export interface Repairer {
  /** Looks at one file and changes nothing. Rejects with FILE_MISSING. */
  diagnose(path: string, hints?: RepairHints): Promise<Diagnosis>;
  /** Where the repaired file would go; undefined for a file without a cure. Writes nothing. */
  plan(diagnosis: Diagnosis, target: RepairTarget): Promise<RepairPlan | undefined>;
  /** Writes what `plan` found. */
  repair(
    diagnosis: Diagnosis,
    plan: RepairPlan,
    target: RepairTarget,
    control?: RepairControl,
  ): Promise<Repaired>;
  /** Files and whole folders, one report a file as each is done. Never rejects for a file's sake. */
  repairPaths(paths: readonly string[], options: RepairOptions): AsyncGenerator<RepairReport>;
  /** Ends every child process still running. */
  close(): Promise<void>;
}

/** @param findFfmpeg the path of an ffmpeg, asked for only where a file needs one. */
export function createRepairer(deps: { readonly findFfmpeg: () => Promise<string | undefined> }): Repairer {
  const children = createChildProcesses();
  let ffmpeg: Promise<string | undefined> | undefined;
  const remuxer = async (): Promise<Remuxer | undefined> => {
    const path = await (ffmpeg ??= deps.findFfmpeg());
    return path === undefined ? undefined : { path, children };
  };
  const repair = (diagnosis: Diagnosis, plan: RepairPlan, target: RepairTarget, control?: RepairControl) =>
    executeRepair(diagnosis, plan, target, remuxer, control);

  async function repairOne(file: AudioFile, options: RepairOptions): Promise<RepairReport> {
    const { path, root, named } = file;
    if (path.endsWith(PARTIAL_SUFFIX) && (await ownerState(dirname(path))) === 'alive')
      return { path, status: 'skipped', faults: [], reason: 'it is being recorded right now' };
    const diagnosis = await diagnose(path, { ...options, named });
    const { finding } = diagnosis;
    if (finding === undefined) {
      const reason = 'it is of a kind that is not repaired here';
      return { path, status: 'skipped', faults: [], reason };
    }
    const { kind, faults, action, reason } = finding;
    const common = { path, kind, faults };
    if (faults.length === 0) return { ...common, status: 'healthy' };
    const target = targetFor(options, root);
    const plan = await planRepair(diagnosis, target);
    if (plan === undefined) {
      // A folder may hold .raw and .pcm files that are no audio at all; a file that was named is meant.
      const isOther = kind === 'raw' && !named && /\.(raw|pcm)$/i.test(path);
      const status = isOther ? 'skipped' : 'unrepairable';
      return { ...common, status, ...(reason === undefined ? {} : { reason }) };
    }
    const described = { ...common, outputPath: plan.outputPath, ...(action === undefined ? {} : { action }) };
    if (plan.done) return { ...described, status: 'already-repaired' };
    if (options.dryRun === true) return { ...described, status: 'would-repair' };
    try {
      return { ...described, status: 'repaired', ...(await repair(diagnosis, plan, target)) };
    } catch (error) {
      const { code, message } = toWireError(error);
      const status = code === 'INVALID_AUDIO_FILE' || code === 'ENCODING_FAILED' ? 'unrepairable' : 'failed';
      return { ...common, status, reason: message };
    }
  }

  async function* repairPaths(
    paths: readonly string[],
    options: RepairOptions,
  ): AsyncGenerator<RepairReport> {
    const seen = new Set<string>();
    const { outputFolder } = options;
    const leftOut =
      outputFolder === undefined ? undefined : await realpath(outputFolder).catch(() => outputFolder);
    for (const path of paths) {
      try {
        for await (const file of walkAudio(path, leftOut)) {
          if (seen.has(file.path)) continue;
          seen.add(file.path);
          yield await repairOne(file, options).catch((error: unknown) => failed(file.path, error));
        }
      } catch (error) {
        yield failed(path, error);
      }
    }
  }

  return { diagnose, plan: planRepair, repair, repairPaths, close: () => children.close() };
}

function targetFor({ outputFolder, inPlace }: RepairOptions, root: string): RepairTarget {
  if (outputFolder !== undefined) return { place: 'folder', folder: outputFolder, root };
  return { place: inPlace === true ? 'in-place' : 'beside' };
}

function failed(path: string, error: unknown): RepairReport {
  return { path, status: 'failed', faults: [], reason: toWireError(error).message };
}
