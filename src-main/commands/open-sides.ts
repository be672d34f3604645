import { resolve } from 'node:path';
import { decodeToPcm16 } from '../audio/pcm.ts';
import type { Track } from '../contract/audio-format.ts';
import { openFileSource, openMicrophoneSource } from './audio-source.ts';
import type { AudioShape, AudioSource } from './ffmpeg-source.ts';

/** One side of a recording. */
export interface Side {
  readonly track: Track;
  readonly source: AudioSource;
}

/** The near side, and the far side where there is one. */
export type Sides = readonly [Side, ...Side[]];

export interface SidesOptions {
  /** An audio file, or `default` for the microphone. */
  readonly input: string;
  /** An audio file for the other side. */
  readonly assistant?: string | undefined;
  /** The shape for the microphone; a file is recorded as it is. */
  readonly shape?: AudioShape | undefined;
  readonly ffmpeg: string | undefined;
}

/** Opens one side or both. Two sides get the same rate, number of channels and encoding. */
export async function openSides({ input, assistant, shape, ffmpeg }: SidesOptions): Promise<Sides> {
  const user =
    input === 'default' ? openMicrophoneSource(ffmpeg, shape) : await openFileSource(resolve(input), ffmpeg);
  if (assistant === undefined) return [{ track: 'user', source: user }];
  try {
    const other = await openFileSource(resolve(assistant), ffmpeg, user);
    const isSame = other.encoding === user.encoding;
    return [
      { track: 'user', source: isSame ? user : asPcm16(user) },
      { track: 'assistant', source: isSame ? other : asPcm16(other) },
    ];
  } catch (error) {
    await user.close();
    throw error;
  }
}

function asPcm16(source: AudioSource): AudioSource {
  return {
    ...source,
    encoding: 'pcm_s16le',
    async *chunks() {
      for await (const chunk of source.chunks()) yield decodeToPcm16(source.encoding, chunk);
    },
  };
}
