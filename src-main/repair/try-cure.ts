import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { MEBIBYTE } from '../contract/limits.ts';
import type { Diagnosis } from './diagnose.ts';
import type { Remuxer } from './remux.ts';
import { mendedExtension, writeMended } from './write-mended.ts';

/** Larger files are judged by their readers alone: a trial writes all of one once more. So are samples without a header. */
const LARGEST_TRIAL_BYTES = 256 * MEBIBYTE;

/**
 * What comes of carrying a cure out, known before anyone is told that there is one: it is done in a folder of its own,
 * which is removed. Where the mended file is heard no better, the damaged one is healthy; where it could not be made or
 * used, there is no cure, and `reason` says why. Rejects with the signal's reason.
 */
export async function tryCure(
  diagnosis: Diagnosis,
  remuxer: () => Promise<Remuxer | undefined>,
  signal?: AbortSignal,
): Promise<Diagnosis> {
  const { finding, size } = diagnosis;
  if (finding?.cure === undefined || finding.kind === 'raw' || size > LARGEST_TRIAL_BYTES) return diagnosis;
  if (finding.cure.kind === 'remux' && (await remuxer()) === undefined) return diagnosis;
  const folder = await mkdtemp(join(tmpdir(), 'lectern-trial-')).catch(() => undefined);
  if (folder === undefined) return diagnosis;
  try {
    const control = signal === undefined ? {} : { signal };
    await writeMended(diagnosis, join(folder, `mended${mendedExtension(diagnosis)}`), remuxer, control);
    return diagnosis;
  } catch (error) {
    signal?.throwIfAborted();
    // What befell the trial's own disk says nothing of the file.
    if (!(error instanceof LecternError && isOfTheFile(error))) return diagnosis;
    const { kind, faults } = finding;
    const { message: reason } = error;
    if (error.details?.['heardAlike'] === true)
      return { ...diagnosis, finding: { kind, faults: [] }, harmless: { faults, reason } };
    return { ...diagnosis, finding: { kind, faults, reason } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isOfTheFile({ code }: LecternError): boolean {
  return code === 'INVALID_AUDIO_FILE' || code === 'ENCODING_FAILED';
}
