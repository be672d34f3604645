import { LecternError } from '../../contract/errors.ts';
import type { Examination, Verdict } from '../../contract/intake.ts';
import type { Mending, Sound } from '../../contract/repair.ts';
import { NEEDS_FFMPEG, type AudioDecoder, type DecodedShape } from '../../encode/ffmpeg/audio-decoder.ts';
import { openRegularFile } from '../../disk/regular-file.ts';
import { readWavLayout } from '../../files/wav-reader.ts';
import type { Diagnosis } from '../../repair/diagnose.ts';
import type { Finding, RepairHints } from '../../repair/finding.ts';
import type { Repairer } from '../../repair/repairer.ts';
import { isMaster } from './import-session.ts';
import type { IncomingFile } from './incoming-file.ts';

export interface ExaminingTools {
  readonly repairer: Pick<Repairer, 'diagnose' | 'plan' | 'repair'>;
  readonly decoder: AudioDecoder;
}

const NO_SOUND = 'it holds no audio';

/** Examines a file without changing it, and keeps the result for later requests. */
export async function examineFile(
  file: IncomingFile,
  hints: Omit<RepairHints, 'named'>,
  { repairer, decoder }: ExaminingTools,
  signal: AbortSignal,
): Promise<Examination> {
  const diagnosis = await repairer.diagnose(file.originalPath, { ...hints, named: true }, signal);
  const { finding } = diagnosis;
  const { sound, source, needsFfmpeg } = await soundOf(file, diagnosis, decoder, signal);
  const verdict = verdictOf(diagnosis, sound, needsFfmpeg);
  const action = verdict === 'mendable' ? finding?.action : undefined;
  const nothing = verdict === 'unknown' && !needsFfmpeg ? NO_SOUND : undefined;
  const words = [action, finding?.reason ?? nothing, needsFfmpeg ? NEEDS_FFMPEG : undefined, source].filter(
    (each) => each !== undefined,
  );
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
    sound,
    ...(needsFfmpeg ? { needs_ffmpeg: true } : {}),
    assumed: finding?.assumed ?? false,
    details: words.map(withoutOptionNames),
  };
  file.examined = { diagnosis, examination };
  delete file.mendedPath;
  return examination;
}

/** Rejects where a file cannot be added, with the words of its examination. */
export function requireAddable({ verdict, sound, needs_ffmpeg: needsFfmpeg, details }: Examination): void {
  if (needsFfmpeg === true) throw new LecternError('ENCODER_UNAVAILABLE', NEEDS_FFMPEG);
  if (verdict === 'whole' || verdict === 'mendable' || (verdict === 'hopeless' && sound !== null)) return;
  throw new LecternError(
    'INVALID_AUDIO_FILE',
    `Expected audio that can be read, found none in the file${details.map((each) => `: ${each}`).join('')}`,
  );
}

interface FoundSound {
  /** Null where there is none, or none that is known yet. */
  readonly sound: Sound | null;
  /** The chosen track of several, in words. */
  readonly source?: string;
  readonly needsFfmpeg: boolean;
}

/** The sound of a file as it is; none where it has none, or one without length. */
export async function readSound(
  path: string,
  decoder: AudioDecoder,
  signal: AbortSignal,
): Promise<FoundSound> {
  if (await isMaster(path)) return { sound: heard(await wavSound(path)), needsFfmpeg: false };
  try {
    const shape = await decoder.probe(path, signal);
    if (shape === undefined) return { sound: null, needsFfmpeg: false };
    const { sampleRate, channels, seconds } = shape;
    const sound = { sample_rate: sampleRate, channels, duration_seconds: seconds ?? null };
    const source = sourceWords(shape);
    return { sound: heard(sound), needsFfmpeg: false, ...(source === undefined ? {} : { source }) };
  } catch (error) {
    if (error instanceof LecternError && error.code === 'ENCODER_UNAVAILABLE')
      return { sound: null, needsFfmpeg: true };
    throw error;
  }
}

function heard(sound: Sound | undefined): Sound | null {
  return sound === undefined || sound.duration_seconds === 0 ? null : sound;
}

function sourceWords({ track, tracks, passedOver }: DecodedShape): string | undefined {
  if (tracks === 1) return undefined;
  const why = { undecodable: 'cannot be decoded', silent: 'is silent' };
  const others = passedOver.map((each) => `track ${each.track} ${why[each.reason]}`);
  return [`its sound is track ${track} of ${tracks}`, ...others].join('; ');
}

async function wavSound(path: string): Promise<Sound | undefined> {
  const file = await openRegularFile(path);
  try {
    const { sampleRate, channels, bitsPerSample, formatTag, dataBytes } = await readWavLayout(file);
    // The length of compressed samples cannot be derived from their bytes.
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
  { finding, reading }: Diagnosis,
  decoder: AudioDecoder,
  signal: AbortSignal,
): Promise<FoundSound> {
  const cure = finding?.cure;
  if (finding?.kind === 'raw' && cure === undefined) return { sound: null, needsFfmpeg: false };
  // Only ffmpeg copies packets; a header is written without it.
  if (cure?.kind === 'remux' && reading?.decoded === undefined) return { sound: null, needsFfmpeg: true };
  if (cure?.kind === 'rewrite' && finding?.sound !== undefined) {
    const { sampleRate, channels, seconds } = finding.sound;
    const sound = { sample_rate: sampleRate, channels, duration_seconds: seconds };
    return { sound: heard(sound), needsFfmpeg: false };
  }
  // A cut-off container declares a length that it no longer has.
  if (cure !== undefined) return { sound: null, needsFfmpeg: false };
  return readSound(file.originalPath, decoder, signal);
}

function verdictOf({ finding, reading }: Diagnosis, sound: Sound | null, needsFfmpeg: boolean): Verdict {
  const isDeaf = reading?.decoded?.seconds === 0 && finding?.cure?.kind === 'remux';
  if (finding?.cure !== undefined && !needsFfmpeg && !isDeaf) return 'mendable';
  if (finding !== undefined && finding.faults.length > 0) return 'hopeless';
  return sound === null ? 'unknown' : 'whole';
}

function mendingOf({ kind, cure }: Finding): Mending {
  if (cure?.kind === 'remux') return 'copy_audio';
  for (const piece of cure?.pieces ?? []) {
    if ('bytes' in piece || piece.convert === undefined) continue;
    return piece.convert === 'mulaw' ? 'decode_mulaw' : 'swap_bytes';
  }
  return kind === 'wav' || kind === 'raw' ? 'write_header' : 'drop_excess';
}

/** Removes the command line's option names from a message: the app has fields instead. */
function withoutOptionNames(words: string): string {
  return words.replace(/ \(--[^)]*\)/g, '').replace(/: give it with --\w+/, '');
}
