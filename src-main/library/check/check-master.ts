import { basename } from 'node:path';
import { PLAIN_HEADER_BYTES } from '../../audio/wav-header.ts';
import type { FileCheck } from '../../contract/repair.ts';
import { toWireError } from '../../contract/errors.ts';
import type { PcmShape } from '../../encode/encoder.ts';
import { findFault } from '../../encode/verify.ts';
import { openWavMaster } from '../../encode/wav-master.ts';
import type { CuePoint } from '../../files/cue-chunks.ts';
import { examineMaster } from '../../files/examine-master.ts';
import { finishWav, isReadable } from '../../files/finish-wav.ts';
import { statBytes } from '../../files/stat-bytes.ts';
import type { Finding } from '../../repair/finding.ts';
import type { RepairTarget } from '../../repair/repair-target.ts';
import type { Repairer } from '../../repair/repairer.ts';

/** A master that can be read completely. */
export interface SoundMaster extends PcmShape {
  readonly path: string;
  readonly frames: number;
}

/** The session's record of a master. */
export interface RecordedMaster {
  readonly recorded: PcmShape;
  readonly cuePoints: readonly CuePoint[];
}

export interface MasterCheck {
  readonly check: FileCheck;
  /** Absent where it cannot be read, even after repair. */
  readonly master?: SoundMaster;
  /** True where it contains no audio. */
  readonly isEmpty?: boolean;
}

export type Mender = Pick<Repairer, 'diagnose' | 'plan' | 'repair'>;

const IN_PLACE: RepairTarget = { place: 'in-place' };

/**
 * Checks a master, and repairs what is wrong around its samples. The samples stay as they were captured, as other data
 * refers to their frames. A damaged master is kept beside the repaired one.
 */
export async function checkMaster(
  path: string,
  known: RecordedMaster,
  repairer: Mender,
): Promise<MasterCheck> {
  const checked = await checkAndMend(path, known, repairer);
  if (checked.master !== undefined) return checked;
  return { ...checked, isEmpty: (await statBytes(path)) <= PLAIN_HEADER_BYTES };
}

async function checkAndMend(
  path: string,
  { recorded, cuePoints }: RecordedMaster,
  repairer: Mender,
): Promise<MasterCheck> {
  const name = basename(path);
  const left = (reason: string | null, faults: FileCheck['faults'] = []): MasterCheck => ({
    check: { name, outcome: 'unmendable', faults, backup: null, reason },
  });
  try {
    const diagnosis = await repairer.diagnose(path, { ...recorded });
    const { finding } = diagnosis;
    if (finding === undefined) return left('it is no WAV any more');
    const faults = [...finding.faults];
    // A header may be consistent, and still contradict the session's record.
    if (faults.length === 0)
      return (
        (await mendHeader(path, { recorded, cuePoints })) ??
        (await openSound({ ...whole(name), faults }, path))
      );
    if (finding.cure === undefined) return left(finding.reason ?? null, faults);
    if (changesSamples(finding)) return left('its samples are not what its header says they are', faults);
    const plan = await repairer.plan(diagnosis, IN_PLACE);
    if (plan === undefined) return left(null, faults);
    const { backupPath } = await repairer.repair(diagnosis, plan, IN_PLACE);
    const backup = backupPath === undefined ? null : basename(backupPath);
    return await openSound({ ...whole(name), outcome: 'mended', faults, backup }, path);
  } catch (error) {
    return left(toWireError(error).message);
  }
}

/** Repairs as recovery does a header with another rate or number of channels. Undefined where they are right. */
async function mendHeader(
  path: string,
  { recorded, cuePoints }: RecordedMaster,
): Promise<MasterCheck | undefined> {
  const examined = await examineMaster(path, { hint: { shape: recorded }, cuePoints: () => cuePoints });
  if (!isReadable(examined) || examined.kind !== 'damaged') return undefined;
  if (examined.frames === 0 || examined.zeroedFrames === examined.frames) return undefined;
  const { asidePath } = await finishWav(examined, { finalPath: path, cuePoints });
  const faults: FileCheck['faults'] = [{ code: 'wrong-rate', message: examined.damage ?? '' }];
  const backup = asidePath === undefined ? null : basename(asidePath);
  return openSound({ ...whole(basename(path)), outcome: 'mended', faults, backup }, path);
}

/** A check that found nothing wrong. */
export function whole(name: string): FileCheck {
  return { name, outcome: 'whole', faults: [], backup: null, reason: null };
}

async function openSound(check: FileCheck, path: string): Promise<MasterCheck> {
  const { frames, sampleRate, channels, close } = await openWavMaster(path);
  await close();
  const expected = { format: 'wav', sampleRate, channels, seconds: frames / sampleRate } as const;
  const fault = frames === 0 ? 'it holds no audio' : await findFault(path, expected);
  if (fault !== undefined) return { check: { ...check, outcome: 'unmendable', reason: fault } };
  return { check, master: { path, frames, sampleRate, channels } };
}

function changesSamples({ cure }: Finding): boolean {
  if (cure?.kind !== 'rewrite') return true;
  return cure.pieces.some((piece) => !('bytes' in piece) && piece.convert !== undefined);
}
