import { join } from 'node:path';
import { LecternError } from '../../contract/errors.ts';
import type { Examination, Verdict } from '../../contract/intake.ts';
import type { Mending, Sound } from '../../contract/repair.ts';
import type { AudioDecoder } from '../../encode/audio-decoder.ts';
import { openRegularFile } from '../../disk/regular-file.ts';
import { readWavLayout } from '../../files/wav-reader.ts';
import type { Finding, RepairHints } from '../../repair/finding.ts';
import type { Repairer } from '../../repair/repairer.ts';
import type { IncomingFile } from './incoming-file.ts';

export interface ExaminingTools {
  readonly repairer: Pick<Repairer, 'diagnose' | 'plan' | 'repair'>;
  readonly decoder: AudioDecoder;
}

/** Looks at a file, changes nothing of it, and remembers what was found for whatever is asked of it next. */
export async function examineFile(
  file: IncomingFile,
  hints: Omit<RepairHints, 'named'>,
  { repairer, decoder }: ExaminingTools,
  signal: AbortSignal,
): Promise<Examination> {
  const diagnosis = await repairer.diagnose(file.originalPath, { ...hints, named: true });
  const { finding } = diagnosis;
  const sound = await soundOf(file, finding, decoder, signal);
  const verdict = verdictOf(finding, sound);
  const words = [finding?.action, finding?.reason].filter((each) => each !== undefined);
  const examination: Examination = {
    id: file.id,
    name: file.name.shown,
    byte_size: file.byteSize,
    verdict,
    kind: finding?.kind ?? null,
    faults: (finding?.faults ?? []).map(({ code, message }) => ({
      code,
      message: withoutOptionNames(message),
    })),
    mending: verdict === 'mendable' && finding !== undefined ? mendingOf(finding) : null,
    sound: sound === 'unknown' ? null : sound,
    assumed: finding?.assumed ?? false,
    details: words.map(withoutOptionNames),
  };
  file.examined = { diagnosis, examination };
  delete file.mendedPath;
  return examination;
}

/** The sound of a file that needs no mending, null where it has none, `unknown` where nothing here can tell. */
export async function readSound(
  path: string,
  scratchFolder: string,
  decoder: AudioDecoder,
  signal: AbortSignal,
): Promise<Sound | null | 'unknown'> {
  const wav = await wavSound(path);
  if (wav !== undefined) return wav;
  try {
    const shape = await decoder.probe(path, join(scratchFolder, 'probe.wav'), signal);
    if (shape === undefined) return null;
    return {
      sample_rate: shape.sampleRate,
      channels: shape.channels,
      duration_seconds: shape.seconds ?? null,
    };
  } catch (error) {
    if (error instanceof LecternError && error.code === 'ENCODER_UNAVAILABLE') return 'unknown';
    throw error;
  }
}

async function wavSound(path: string): Promise<Sound | undefined> {
  const file = await openRegularFile(path);
  try {
    const { sampleRate, channels, bitsPerSample, formatTag, dataBytes } = await readWavLayout(file);
    // Of compressed samples the bytes do not tell the length.
    if (![1, 3, 6, 7].includes(formatTag) || sampleRate === 0) return undefined;
    const frames = dataBytes / ((channels * bitsPerSample) / 8);
    return { sample_rate: sampleRate, channels, duration_seconds: frames / sampleRate };
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

async function soundOf(
  file: IncomingFile,
  finding: Finding | undefined,
  decoder: AudioDecoder,
  signal: AbortSignal,
): Promise<Sound | null | 'unknown'> {
  if (finding?.sound !== undefined) {
    const { sampleRate, channels, seconds } = finding.sound;
    return { sample_rate: sampleRate, channels, duration_seconds: seconds };
  }
  // A cut-off container tells a length that it no longer has.
  if (finding?.cure !== undefined) return 'unknown';
  if (finding?.kind === 'raw') return null;
  return readSound(file.originalPath, file.folder, decoder, signal);
}

function verdictOf(finding: Finding | undefined, sound: Sound | null | 'unknown'): Verdict {
  if (finding?.cure !== undefined) return 'mendable';
  if (finding !== undefined && finding.faults.length > 0) return 'hopeless';
  // Without ffmpeg a container is known by its structure alone.
  if (sound === 'unknown') return finding === undefined ? 'unknown' : 'whole';
  return sound === null || sound.duration_seconds === 0 ? 'unknown' : 'whole';
}

function mendingOf({ kind, cure }: Finding): Mending {
  if (cure?.kind === 'remux') return 'copy_audio';
  for (const piece of cure?.pieces ?? []) {
    if ('bytes' in piece || piece.convert === undefined) continue;
    return piece.convert === 'mulaw' ? 'decode_mulaw' : 'swap_bytes';
  }
  return kind === 'wav' || kind === 'raw' ? 'write_header' : 'drop_excess';
}

/** The command line's options are named in its own words; the app has fields for them. */
function withoutOptionNames(words: string): string {
  return words.replace(/ \(--[^)]*\)/g, '').replace(/: give it with --\w+/, '');
}
