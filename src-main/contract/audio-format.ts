import { z } from 'zod';

/** How samples are encoded on the wire. All are interleaved when there are two channels. */
export const encodingSchema = z.enum(['pcm_s16le', 'mulaw', 'pcm_f32le']);
export type Encoding = z.infer<typeof encodingSchema>;

/** Bytes of one sample of one channel, by wire encoding. */
export const BYTES_PER_SAMPLE: Record<Encoding, number> = { pcm_s16le: 2, mulaw: 1, pcm_f32le: 4 };

/** Formats of a session's copies. Beside them, the master is always 16-bit PCM WAV. */
export const deliveryFormatSchema = z.enum(['wav', 'mp4', 'mp3']);
export type DeliveryFormat = z.infer<typeof deliveryFormatSchema>;

/** What `export` can make from a master. */
export const exportFormatSchema = z.enum(['wav', 'mp4', 'mp3', 'flac', 'opus']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** The sides of a conversation: `user` is the near one (my microphone), `assistant` the far one (system audio, a call, a bot). */
export const SIDES = ['user', 'assistant'] as const;
export type Side = (typeof SIDES)[number];

export function isSide(track: string): track is Side {
  return SIDES.some((side) => side === track);
}

/** The name of one track: one of the sides, or a name that its sender chose. */
export const trackSchema = z
  .string()
  .regex(
    /^(?!mixed$)[a-z0-9_-]{1,32}$/,
    'expected a track of 1 to 32 of a-z, 0-9, _ and -, other than mixed',
  );
export type Track = z.infer<typeof trackSchema>;

/** Tracks of one session, at most. */
export const MAX_TRACKS = 16;

/** What a file holds: one track, or the mix of all of them. */
export const recordingTypeSchema = z
  .string()
  .regex(/^[a-z0-9_-]{1,32}$/, 'expected a track of 1 to 32 of a-z, 0-9, _ and -, or mixed');
export type RecordingType = z.infer<typeof recordingTypeSchema>;

/** In the order in which types are listed: the sides, other tracks by name, the mix. */
export function compareTypes(a: RecordingType, b: RecordingType): number {
  const rank = (type: RecordingType): number => {
    if (type === 'mixed') return SIDES.length + 1;
    return isSide(type) ? SIDES.indexOf(type) : SIDES.length;
  };
  return rank(a) - rank(b) || Number(a > b) - Number(a < b);
}

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
