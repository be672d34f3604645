import { MAX_PLAIN_AUDIO_BYTES } from '../../audio/wav-header.ts';
import { dirname } from 'node:path';
import { createChannelMix, createChannelPeaks, decibelsOf, gainForPeaks } from '../../audio/channel-mix.ts';
import { floatsOf, samplesOf } from '../../audio/pcm.ts';
import { LecternError } from '../../contract/errors.ts';
import { MAX_INTAKE_BYTES } from '../../contract/intake.ts';
import { MEBIBYTE } from '../../contract/limits.ts';
import type { SoundSource } from '../../contract/session-record.ts';
import type { AudioDecoder, DecodedShape } from '../../encode/ffmpeg/audio-decoder.ts';
import { usableBytes } from '../../disk/disk-space.ts';
import { statBytes } from '../../files/stat-bytes.ts';
import type { TaskControl } from './incoming-file.ts';
import { createMasterWriter } from './master-writer.ts';

/** Rates that a recording may have; other rates are changed to the nearest. */
export const [MIN_RATE, MAX_RATE] = [8000, 192_000] as const;
/** More than any speech codec saves: a file that grows more was made to fill a disk. */
const MOST_GROWTH = 400;
/** The size that a decoded file may always have, however small the original is. */
const ALWAYS_ALLOWED_BYTES = 1024 * MEBIBYTE;

/**
 * Decodes a file to a 16-bit WAV of one or two channels; no channel is lost and nothing is clipped. Returns where the
 * audio came from. Stops when aborted, when the disk has too little room, or when the file decodes to far more audio
 * than it can hold; the caller then removes the output. Rejects with INVALID_AUDIO_FILE, DISK_FULL or FILE_TOO_LARGE.
 */
export async function decodeMaster(
  fromPath: string,
  toPath: string,
  decoder: AudioDecoder,
  { signal, onProgress }: TaskControl,
): Promise<SoundSource> {
  const shape = await decoder.probe(fromPath, signal);
  if (shape === undefined)
    throw new LecternError('INVALID_AUDIO_FILE', 'Expected audio that can be read, found none in the file');
  const sampleRate = Math.min(MAX_RATE, Math.max(MIN_RATE, shape.sampleRate));
  const bounds = await requireRoom(fromPath, toPath, shape, sampleRate);
  const isPlain = shape.channels <= 2 && !shape.isFloat;
  const report = (frames: number, from: number, share: number): void => {
    const total = (shape.seconds ?? 0) * sampleRate;
    if (total > 0) onProgress(Math.min(1, from + (frames / total) * share));
  };

  const measured = createChannelPeaks(shape.channels);
  if (!isPlain)
    await decoder.stream({
      ...{ path: fromPath, shape, encoding: 'pcm_f32le', sampleRate, signal },
      onFrames(bytes) {
        measured.push(floatsOf(bytes));
        report(measured.frames, 0, 0.5);
        return true;
      },
    });
  const peaks = isPlain ? Array.from({ length: shape.channels }, () => 1) : measured.peaks;
  const gain = gainForPeaks(peaks);
  const mix = createChannelMix({ sampleRate, peaks, layout: shape.layout, gain });
  const exact = isPlain && shape.fits16Bits;

  const writer = await createMasterWriter(toPath, {
    sampleRate,
    channels: mix.channels,
    mayExceed4GiB: (shape.seconds ?? Infinity) * sampleRate * mix.channels * 2 > MAX_PLAIN_AUDIO_BYTES,
  });
  try {
    await decoder.stream({
      ...{ path: fromPath, shape, encoding: exact ? 'pcm_s16le' : 'pcm_f32le', sampleRate, signal },
      async onFrames(bytes) {
        await writer.write(exact ? samplesOf(bytes) : mix.push(floatsOf(bytes)));
        bounds.check(writer.storedBytes, writer.frames * mix.channels * 2);
        report(writer.frames, isPlain ? 0 : 0.5, isPlain ? 1 : 0.5);
        return true;
      },
    });
    if (!exact) await writer.write(mix.flush());
    if (writer.frames === 0)
      throw new LecternError('INVALID_AUDIO_FILE', 'Expected audio, the file decodes to none');
    await writer.finish();
  } finally {
    await writer.close();
  }
  return sourceOf(shape, gain);
}

interface Bounds {
  check(storedBytes: number, bytes: number): void;
}

async function requireRoom(
  fromPath: string,
  toPath: string,
  { seconds, channels }: DecodedShape,
  sampleRate: number,
): Promise<Bounds> {
  const usable = (await usableBytes(dirname(toPath))) ?? Infinity;
  const most = Math.max(ALWAYS_ALLOWED_BYTES, MOST_GROWTH * (await statBytes(fromPath)));
  const check = (storedBytes: number, bytes: number): void => {
    if (storedBytes > most || bytes > MAX_INTAKE_BYTES)
      throw new LecternError(
        'FILE_TOO_LARGE',
        `Expected at most ${Math.min(most, MAX_INTAKE_BYTES)} bytes of sound to come of this file, more came. Cut it into shorter ones`,
      );
    if (storedBytes > usable) throw diskFull(storedBytes, usable);
  };
  const expected = (seconds ?? 0) * sampleRate * Math.min(2, channels) * 2;
  if (expected > usable) throw diskFull(expected, usable);
  check(0, expected);
  return { check };
}

function diskFull(needed: number, usable: number): LecternError {
  return new LecternError(
    'DISK_FULL',
    `The disk has too little room: the sound of this file needs ${Math.ceil(needed)} bytes, ` +
      `${Math.max(0, Math.floor(usable))} are left`,
  );
}

/** Which track was taken and how it was changed, where there is something to say. */
function sourceOf(shape: DecodedShape, gain: number): SoundSource {
  const { track, tracks, passedOver, channels } = shape;
  return {
    track,
    tracks,
    passed_over: [...passedOver],
    ...(channels > 2 ? { mixed_channels: channels } : {}),
    ...(gain < 1 ? { scaled_db: decibelsOf(gain) } : {}),
  };
}
