import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LecternError, toWireError } from '../contract/errors.ts';
import { createChildProcesses } from '../encode/ffmpeg/child-processes.ts';
import { ownerState } from '../files/ownership.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { diagnose, type Diagnosis } from './diagnose.ts';
import type { Fault, FileKind, RepairControl, RepairHints } from './finding.ts';
import { isHeardWhole } from './judge-repair.ts';
import { readAudio } from './read-audio.ts';
import type { Remuxer } from './remux.ts';
import { executeRepair, planRepair, type RepairPlan, type Repaired } from './repair-file.ts';
import type { RepairTarget } from './repair-target.ts';
import { tryCure } from './try-cure.ts';
import { walkAudio, type AudioFile } from './walk-audio.ts';
import { needsFfmpeg } from './write-mended.ts';

export type RepairStatus =
  | 'healthy'
  | 'repaired'
  /** An earlier run wrote the repaired file. */
  | 'already-repaired'
  /** Writing was not requested. */
  | 'would-repair'
  | 'unrepairable'
  /** The file could not be read or written. */
  | 'failed'
  /** It is being recorded, or of a kind that repair does not handle. */
  | 'skipped';

export interface RepairReport {
  readonly path: string;
  readonly status: RepairStatus;
  readonly kind?: FileKind;
  readonly faults: readonly Fault[];
  /** What was done, or would be done. */
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
  /** Puts repaired files in this folder, in the same subfolders as below the named path. */
  readonly outputFolder?: string;
  /** Cancels: the unfinished file is removed, and the reports end. */
  readonly signal?: AbortSignal;
}

export interface Repairer {
  /**
   * Looks at one file and changes nothing. A file that independent readers hear in full is healthy, whatever its
   * structure looks like. A cure is offered only where a trial on a copy helped, so `repair` does what was announced.
   * Rejects with FILE_MISSING, or with the signal's reason.
   */
  diagnose(path: string, hints?: RepairHints, signal?: AbortSignal): Promise<Diagnosis>;
  /** Where the repaired file would go; undefined for a file without a cure. Writes nothing. */
  plan(diagnosis: Diagnosis, target: RepairTarget): Promise<RepairPlan | undefined>;
  /** Writes the planned file. */
  repair(
    diagnosis: Diagnosis,
    plan: RepairPlan,
    target: RepairTarget,
    control?: RepairControl,
  ): Promise<Repaired>;
  /**
   * Repairs files and whole folders. Gives one report a file as soon as it is done. Never rejects because of a file,
   * only with the signal's reason.
   */
  repairPaths(paths: readonly string[], options: RepairOptions): AsyncGenerator<RepairReport>;
  /** Ends every child process still running. */
  close(): Promise<void>;
}

/** @param findFfmpeg the path of an ffmpeg; asked only where a file needs it */
export function createRepairer(deps: { readonly findFfmpeg: () => Promise<string | undefined> }): Repairer {
  const children = createChildProcesses();
  let ffmpeg: Promise<string | undefined> | undefined;
  const remuxer = async (): Promise<Remuxer | undefined> => {
    const path = await (ffmpeg ??= deps.findFfmpeg());
    return path === undefined ? undefined : { path, children };
  };
  const diagnoseRead = async (
    path: string,
    hints?: RepairHints,
    signal?: AbortSignal,
  ): Promise<Diagnosis> => {
    const diagnosis = await diagnose(path, hints);
    const { finding } = diagnosis;
    if (finding === undefined || finding.faults.length === 0 || finding.kind === 'raw') return diagnosis;
    const reading = await readAudio(path, await remuxer(), signal);
    if (!isHeardWhole(finding, reading)) return { ...diagnosis, reading };
    return { ...diagnosis, reading, finding: { kind: finding.kind, faults: [] } };
  };
  const diagnoseTried = async (path: string, hints?: RepairHints, signal?: AbortSignal): Promise<Diagnosis> =>
    tryCure(await diagnoseRead(path, hints, signal), remuxer, signal);
  const repair = (diagnosis: Diagnosis, plan: RepairPlan, target: RepairTarget, control?: RepairControl) =>
    executeRepair(diagnosis, plan, target, remuxer, control);

  /** What prevents a cure, known before it is tried. */
  async function findHindrance({
    finding,
    reading,
  }: Diagnosis): Promise<Pick<RepairReport, 'status' | 'reason'> | undefined> {
    const cure = finding?.cure;
    if (cure?.kind !== 'remux') return undefined;
    if ((await remuxer()) === undefined) return { status: 'failed', reason: needsFfmpeg(cure) };
    if (reading?.decoded?.seconds === 0)
      return { status: 'unrepairable', reason: 'no audio in it can be decoded' };
    return undefined;
  }

  async function repairOne(file: AudioFile, options: RepairOptions): Promise<RepairReport> {
    const { path, root, named } = file;
    if (path.endsWith(PARTIAL_SUFFIX) && (await ownerState(dirname(path))) === 'alive')
      return { path, status: 'skipped', faults: [], reason: 'it is being recorded right now' };
    const diagnosis = await diagnoseRead(path, { ...options, named }, options.signal);
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
      // In a folder, .raw and .pcm files may be no audio. A file that the user named is meant to be audio.
      const isOther = kind === 'raw' && !named && /\.(raw|pcm)$/i.test(path);
      const status = isOther ? 'skipped' : 'unrepairable';
      return { ...common, status, ...(reason === undefined ? {} : { reason }) };
    }
    const described = { ...common, outputPath: plan.outputPath, ...(action === undefined ? {} : { action }) };
    if (plan.done) return { ...described, status: 'already-repaired' };
    const cannot = await findHindrance(diagnosis);
    if (cannot !== undefined) return { ...common, ...cannot };
    if (options.dryRun === true) {
      const tried = await tryCure(diagnosis, remuxer, options.signal);
      if (tried.harmless !== undefined) return { ...common, status: 'healthy', ...tried.harmless };
      if (tried.finding?.cure !== undefined) return { ...described, status: 'would-repair' };
      const why = tried.finding?.reason;
      return { ...common, status: 'unrepairable', ...(why === undefined ? {} : { reason: why }) };
    }
    try {
      const control = options.signal === undefined ? {} : { signal: options.signal };
      return { ...described, status: 'repaired', ...(await repair(diagnosis, plan, target, control)) };
    } catch (error) {
      options.signal?.throwIfAborted();
      const { code, message } = toWireError(error);
      if (error instanceof LecternError && error.details?.['heardAlike'] === true)
        return { ...common, status: 'healthy', reason: message };
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
          options.signal?.throwIfAborted();
          yield await repairOne(file, options).catch((error: unknown) => {
            options.signal?.throwIfAborted();
            return failed(file.path, error);
          });
        }
      } catch (error) {
        options.signal?.throwIfAborted();
        yield failed(path, error);
      }
    }
  }

  return { diagnose: diagnoseTried, plan: planRepair, repair, repairPaths, close: () => children.close() };
}

function targetFor({ outputFolder, inPlace }: RepairOptions, root: string): RepairTarget {
  if (outputFolder !== undefined) return { place: 'folder', folder: outputFolder, root };
  return { place: inPlace === true ? 'in-place' : 'beside' };
}

function failed(path: string, error: unknown): RepairReport {
  return { path, status: 'failed', faults: [], reason: toWireError(error).message };
}
