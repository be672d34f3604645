import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { MEBIBYTE } from '../contract/limits.ts';
import type { Diagnosis } from './diagnose.ts';
import type { Remuxer } from './remux.ts';
import { mendedExtension, writeMended } from './write-mended.ts';

/**
 * A trial writes the whole file once more, so larger files are judged by their readers alone, and so are samples
 * without a header.
 */
const LARGEST_TRIAL_BYTES = 256 * MEBIBYTE;

/**
 * Tries a cure in a temporary folder before it is announced. Where readers hear no improvement, the file counts as
 * healthy. Where the cure fails, there is none, and `reason` says why. Rejects with the signal's reason.
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
    // A fault of the temporary disk says nothing about the file.
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
