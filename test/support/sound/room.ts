import { seededRandom } from '../seeded-random.ts';

export interface RoomOptions {
  readonly rate: number;
  /** How much of what is played the microphone hears. */
  readonly decibels: number;
  /** From the playing to the hearing. */
  readonly delaySeconds: number;
  /** After which the room is 60 dB quieter; 0 for a loudspeaker right at the microphone. */
  readonly ringingSeconds?: number;
}

const REFLECTIONS = 300;

/** What a microphone hears of a loudspeaker in its room: the sound itself, later and weaker, and its reflections. */
export function throughRoom(
  played: Int16Array,
  { rate, decibels, delaySeconds, ringingSeconds = 0 }: RoomOptions,
): Float64Array {
  const random = seededRandom(1);
  const gain = 10 ** (decibels / 20);
  const direct = { after: 0, share: 1 };
  const reflections = Array.from({ length: ringingSeconds === 0 ? 0 : REFLECTIONS }, () => {
    const seconds = random() * ringingSeconds;
    return {
      after: Math.round(seconds * rate),
      share: 0.5 * (random() - 0.5) * 10 ** ((-3 * seconds) / ringingSeconds),
    };
  });
  const heard = new Float64Array(played.length);
  for (const { after, share } of [direct, ...reflections]) {
    const offset = Math.round(delaySeconds * rate) + after;
    for (let frame = offset; frame < heard.length; frame++)
      heard[frame] = (heard[frame] ?? 0) + gain * share * (played[frame - offset] ?? 0);
  }
  return heard;
}

/** Both at once, as a converter takes them. */
export function addSounds(samples: Int16Array, more: Float64Array): Int16Array {
  return samples.map((sample, frame) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample + (more[frame] ?? 0)))),
  );
}
