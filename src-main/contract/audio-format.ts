import { z } from 'zod';

/** How samples are encoded on the wire. All are interleaved when there are two channels. */
export const encodingSchema = z.enum(['pcm_s16le', 'mulaw', 'pcm_f32le']);
export type Encoding = z.infer<typeof encodingSchema>;

/** Bytes of one sample of one channel, by wire encoding. */
export const BYTES_PER_SAMPLE: Record<Encoding, number> = { pcm_s16le: 2, mulaw: 1, pcm_f32le: 4 };

/** What a session delivers. The master is always 16-bit PCM WAV beside it. */
export const deliveryFormatSchema = z.enum(['wav', 'mp4', 'mp3']);
export type DeliveryFormat = z.infer<typeof deliveryFormatSchema>;

/** What `export` can make from a master. */
export const exportFormatSchema = z.enum(['wav', 'mp4', 'mp3', 'flac', 'opus']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** `user` is the near side (my microphone); `assistant` the far side (system audio, a call, a bot). */
export const trackSchema = z.enum(['user', 'assistant']);
export type Track = z.infer<typeof trackSchema>;

/** What a file holds: one track, or the mix of both. */
export const recordingTypeSchema = z.enum(['user', 'assistant', 'mixed']);
export type RecordingType = z.infer<typeof recordingTypeSchema>;

/** Frames a second. */
export const sampleRateSchema = z.int().min(8000).max(192_000);
/** 1 mono, 2 stereo (interleaved left, right). */
export const channelsSchema = z.int().min(1).max(2);
/** Linear factor applied to delivered copies only; the master stays raw. */
export const gainSchema = z.number().min(1).max(4);

/** The shape of one track's audio as it arrives. */
export interface AudioFormat {
  readonly encoding: Encoding;
  /** Frames a second. */
  readonly sampleRate: number;
  /** 1 or 2. */
  readonly channels: number;
}

/** Bytes of one frame (one sample of every channel) on the wire. */
export function frameBytes(format: Pick<AudioFormat, 'encoding' | 'channels'>): number {
  return BYTES_PER_SAMPLE[format.encoding] * format.channels;
}
