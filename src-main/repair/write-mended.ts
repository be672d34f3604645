import { dirname } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { MEBIBYTE } from '../contract/limits.ts';
import { requireRoom, storedBytes } from '../disk/disk-space.ts';
import { syncFile } from '../disk/sync.ts';
import { audioExtension, diagnose, type Diagnosis } from './diagnose.ts';
import { pieceBytes, type Cure, type RepairControl } from './finding.ts';
import { findNoBetter } from './judge-repair.ts';
import { readAudio } from './read-audio.ts';
import { remux, type Remuxer } from './remux.ts';
import { writePieces } from './write-pieces.ts';

/** The extension of a mended file. */
export function mendedExtension({ path, finding }: Diagnosis): string {
  return finding?.kind === 'raw' ? '.wav' : audioExtension(path);
}

/**
 * Applies a cure and writes the result to a new file: durable, healthy, and better than the damaged file according to
 * independent readers. Rejects with INVALID_AUDIO_FILE where the result is not better, and with `details.heardAlike`
 * where readers hear the damaged file as well. The new file is not removed then.
 */
export async function writeMended(
  diagnosis: Diagnosis,
  toPath: string,
  remuxer: () => Promise<Remuxer | undefined>,
  control: RepairControl = {},
): Promise<void> {
  const { path, finding } = diagnosis;
  if (finding?.cure === undefined)
    throw new LecternError('INVALID_AUDIO_FILE', 'There is no cure for this file');
  await requireRoom(dirname(toPath), await mostBytesOf(finding.cure, path), 'the repaired file');
  await write(finding.cure, path, toPath, remuxer, control);
  const { finding: result } = await diagnose(toPath);
  if (result === undefined || result.faults.length > 0) {
    const left = result?.faults.map(({ message }) => message).join('; ') ?? 'it could not be read back';
    throw new LecternError('INVALID_AUDIO_FILE', `The repaired file was not kept: ${left}`);
  }
  await requireBetter(diagnosis, toPath, await remuxer(), control.signal);
}

/**
 * Bytes that the new file needs at most. Sparse regions of kept audio stay sparse. Converted mu-law has none, as its
 * zeros are not silence.
 */
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

/** The message where a cure needs ffmpeg and there is none. */
export function needsFfmpeg({ container }: { readonly container: string }): string {
  return `Mending ${container.toUpperCase()} needs ffmpeg, and none was found. Install ffmpeg, or set LECTERN_FFMPEG to its path`;
}
