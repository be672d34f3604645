import { UNKNOWN_SIZE } from '../audio/riff.ts';
import { parseWaveFormat, patchWaveFormat, pcm16Format, type WaveFormat } from '../audio/wave-format.ts';
import type { WavChunks } from '../audio/wav-chunks.ts';
import { sampleBlocks, type ByteSource } from './byte-source.ts';
import type { Fault, Finding, KeptPiece, RepairHints } from './finding.ts';
import { sampleKind, type SampleKind } from './sample-kind.ts';
import { readWavChunks } from './wav-chunks.ts';
import { findWavExtent } from './wav-extent.ts';
import { checkWavFormat, isPlain, plainBlockBytes } from './wav-format.ts';
import { assembleWav } from './wav-pieces.ts';

/** Most bytes of a format chunk: far more than any codec puts there. */
const MAX_FORMAT_BYTES = 64 * 1024;

/** Examines a file that begins as a WAV; undefined for any other. */
export async function diagnoseWav(source: ByteSource, hints: RepairHints): Promise<Finding | undefined> {
  const wav = await readWavChunks(source);
  if (wav === undefined) return undefined;
  const { data, before, unpadded } = wav;
  const chunk = wav.formats.at(-1);
  if (chunk === undefined || data === undefined) {
    const missing = chunk === undefined ? 'the format of its samples' : 'any audio';
    return {
      kind: 'wav',
      faults: [{ code: 'unreadable', message: `it ends, or is overwritten, before ${missing}` }],
      reason: 'there is nothing to rebuild it from',
    };
  }
  const formatContent = await source.read(chunk.offset, Math.min(chunk.length, MAX_FORMAT_BYTES));
  const declaredFormat = parseWaveFormat(formatContent);
  const checked = checkWavFormat(declaredFormat, hints);
  // Without a known shape, nothing can be counted.
  if (checked.format.channels === 0 && checked.reason !== undefined)
    return { kind: 'wav', faults: checked.faults, reason: checked.reason };
  const extent = await findWavExtent(source, data, checked.format);
  const encoded = await judgeSamples(source, data.offset, extent.audioBytes, checked.format);

  const frameBytes = encoded.frameBytes;
  const audioBytes = extent.audioBytes - (extent.audioBytes % frameBytes);
  const faults: Fault[] = [...extent.faults, ...checked.faults, ...encoded.faults];
  if (unpadded !== undefined) {
    const message = `no padding byte stands behind the odd number of bytes of its ${unpadded.trim()} chunk`;
    faults.push({ code: 'missing-pad', message });
  }
  if (audioBytes < extent.audioBytes) {
    const over = extent.audioBytes - audioBytes;
    faults.push({ code: 'partial-frame', message: `its last frame is cut: ${over} of ${frameBytes} bytes` });
  }
  const dataEnd = data.offset + extent.audioBytes;
  if (
    encoded.convert === undefined &&
    extent.audioBytes === audioBytes &&
    audioBytes % 2 === 1 &&
    dataEnd === source.size
  )
    faults.push({ code: 'missing-pad', message: 'no padding byte stands behind its odd number of bytes' });
  if (faults.length === 0) {
    const claimed = wav.declaredRiffBytes + 8;
    // Some writers do not count the padding byte at the end; every reader accepts that.
    const counts = claimed === source.size || (audioBytes % 2 === 1 && claimed === source.size - 1);
    if (!counts) {
      const size = wav.declaredRiffBytes === UNKNOWN_SIZE ? 'no size' : `${claimed} bytes`;
      const message = `its header declares ${size} for a file of ${source.size}`;
      faults.push({ code: 'wrong-file-size', message });
    }
  }
  if (faults.length === 0) return { kind: 'wav', faults };

  const reason = extent.reason ?? checked.reason;
  if (reason !== undefined) return { kind: 'wav', faults, reason };
  if (audioBytes === 0) return { kind: 'wav', faults, reason: 'it holds no audio' };
  const { format } = checked;
  const factSamples = isPlain(format) ? undefined : await keptSamples(source, wav, audioBytes);
  const pieces = assembleWav({
    ...(factSamples === undefined ? {} : { factSamples }),
    format:
      encoded.convert === undefined
        ? patchWaveFormat(formatContent, format)
        : pcm16Format(format.sampleRate, format.channels),
    before,
    audio: {
      offset: data.offset,
      length: audioBytes,
      ...(encoded.convert === undefined ? {} : { convert: encoded.convert }),
    },
    trailing: extent.trailing,
    frameBytes,
  });
  const cure = { kind: 'rewrite', pieces } as const;
  const { sampleRate, channels } = format;
  const action = describe(encoded.convert, audioBytes, frameBytes, format);
  const samplesChange = encoded.convert !== undefined || checked.faults.length > 0;
  const found = { kind: 'wav', faults, cure, action, samplesChange } as const;
  if (!isPlain(format)) return found;
  const seconds = audioBytes / frameBytes / Math.max(1, sampleRate);
  return { ...found, sound: { sampleRate, channels, seconds } };
}

/** In compressed audio only `fact` counts the samples. Returns how many are left where the end is missing. */
async function keptSamples(
  source: ByteSource,
  { before, data }: WavChunks,
  audioBytes: number,
): Promise<number | undefined> {
  const fact = before.find(({ id, length }) => id === 'fact' && length >= 4);
  if (fact === undefined || data === undefined || data.declared <= audioBytes) return undefined;
  const samples = (await source.read(fact.offset, 4)).readUInt32LE(0);
  return Math.floor((samples * audioBytes) / data.declared);
}

interface JudgedSamples {
  readonly faults: readonly Fault[];
  readonly frameBytes: number;
  readonly convert?: NonNullable<KeptPiece['convert']>;
}

/**
 * The real kind of samples that a header calls 16-bit PCM. Compressed audio has no fixed frame size: it may end at
 * any byte.
 */
async function judgeSamples(
  source: ByteSource,
  offset: number,
  length: number,
  format: WaveFormat,
): Promise<JudgedSamples> {
  const frameBytes = isPlain(format) ? Math.max(1, plainBlockBytes(format)) : 1;
  if (format.tag !== 1 || format.bitsPerSample !== 16 || format.channels > 2)
    return { faults: [], frameBytes };
  const kind = await kindOfStretch(source, { offset, length }, format.channels);
  if (kind === 'mulaw') {
    const message = 'its header declares 16-bit PCM, but its bytes are mu-law';
    return { faults: [{ code: 'mulaw-as-pcm', message }], frameBytes: format.channels, convert: 'mulaw' };
  }
  if (kind === 'pcm_s16be') {
    const message = 'the two bytes of every sample are swapped';
    return { faults: [{ code: 'byte-swapped', message }], frameBytes, convert: 'swap16' };
  }
  return { faults: [], frameBytes };
}

/** The kind of the samples. Looks at more of them where the first look finds mostly silence. */
export async function kindOfStretch(
  source: ByteSource,
  stretch: { readonly offset: number; readonly length: number },
  channels: number,
): Promise<SampleKind> {
  const align = 2 * channels;
  const kind = sampleKind(await sampleBlocks(source, stretch, align), channels);
  return kind === 'quiet' ? sampleKind(await sampleBlocks(source, stretch, align, 'many'), channels) : kind;
}

function describe(
  convert: KeptPiece['convert'],
  audioBytes: number,
  frameBytes: number,
  format: WaveFormat,
): string {
  const { sampleRate, channels } = format;
  if (!isPlain(format)) return `write a true header: ${audioBytes} bytes of compressed audio`;
  const seconds = (audioBytes / frameBytes / Math.max(1, sampleRate)).toFixed(3);
  const shape = `${seconds} s at ${sampleRate} Hz, ${channels === 1 ? 'mono' : `${channels} channels`}`;
  if (convert === 'mulaw') return `convert the mu-law to 16-bit PCM: ${shape}`;
  if (convert === 'swap16') return `swap the bytes back: ${shape}`;
  return `write a true header: ${shape}`;
}
