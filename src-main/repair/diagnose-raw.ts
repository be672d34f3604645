import { pcm16Format } from '../audio/wave-format.ts';
import type { ByteSource } from './byte-source.ts';
import { kindOfStretch } from './diagnose-wav.ts';
import type { Finding, RepairHints } from './finding.ts';
import { assembleWav } from './wav-pieces.ts';

/** The rate of telephones, and of nearly all mu-law. */
const MULAW_RATE = 8000;
/** The rate of speech recognisers. */
const PCM_RATE = 16_000;

/** Examines a file that should be audio and has no known header. */
export async function diagnoseRaw(source: ByteSource, hints: RepairHints): Promise<Finding> {
  const channels = hints.channels ?? 1;
  const faults = [{ code: 'no-header', message: 'it has no header' }] as const;
  const unsure = (reason: string): Finding => ({ kind: 'raw', faults, reason });
  if (source.size === 0) return unsure('it is empty');
  const kind = await kindOfStretch(source, { offset: 0, length: source.size }, channels);
  if (kind === 'quiet') return unsure('it holds too little sound to tell how its samples are encoded');
  if (kind === 'unclear')
    return unsure(
      'its bytes are clearly neither 16-bit PCM nor mu-law, so guessing could only make noise of them',
    );

  const sampleRate = hints.sampleRate ?? (kind === 'mulaw' ? MULAW_RATE : PCM_RATE);
  const bytesPerFrame = (kind === 'mulaw' ? 1 : 2) * channels;
  const length = source.size - (source.size % bytesPerFrame);
  const convert = kind === 'mulaw' ? 'mulaw' : kind === 'pcm_s16be' ? 'swap16' : undefined;
  const pieces = assembleWav({
    format: pcm16Format(sampleRate, channels),
    before: [],
    audio: { offset: 0, length, ...(convert === undefined ? {} : { convert }) },
    trailing: [],
    frameBytes: 2 * channels,
  });
  const names = { mulaw: 'mu-law', pcm_s16le: '16-bit PCM', pcm_s16be: 'byte-swapped 16-bit PCM' };
  const rate =
    hints.sampleRate === undefined ? `${sampleRate} Hz assumed (--rate sets another)` : `${sampleRate} Hz`;
  const shape =
    hints.channels === undefined ? 'mono assumed (--channels 2 for stereo)' : `${channels} channels`;
  const seconds = (length / bytesPerFrame / sampleRate).toFixed(3);
  const action = `its bytes are ${names[kind]}: write a 16-bit PCM WAV of ${seconds} s, ${rate}, ${shape}`;
  return {
    kind: 'raw',
    faults,
    cure: { kind: 'rewrite', pieces },
    action,
    sound: { sampleRate, channels, seconds: length / bytesPerFrame / sampleRate },
    assumed: hints.sampleRate === undefined || hints.channels === undefined,
  };
}
