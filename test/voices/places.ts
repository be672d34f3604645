import { decodeMulaw } from '../../src-main/audio/mulaw.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { encodeMulaw } from '../support/sound/mulaw-line.ts';
import { levelled, whiteNoise } from '../support/sound/noise.ts';
import { throughRoom } from '../support/sound/room.ts';
import { SPEECH_DECIBELS, type Conversation } from './conversation.ts';
import { RATE } from './recordings.ts';

/** What a detector gets to hear. */
export interface Heard {
  readonly samples: Int16Array;
  readonly rate: number;
}

export interface Place {
  readonly name: string;
  hear(conversation: Conversation): Heard;
}

/** Sounds of real places, at a root mean square of 1, of at least so many frames. */
export interface Surroundings {
  music(frames: number): Float64Array;
  talk(frames: number): Float64Array;
}

/** Of a quiet room, which every place has besides. */
const QUIET_DECIBELS = -66;

const full = (decibels: number): number => 32_768 * 10 ** (decibels / 20);

function toInt16(samples: Float64Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample))));
}

const inQuiet = (samples: Float64Array): Float64Array => {
  const hiss = whiteNoise(samples.length, RATE);
  return samples.map((sample, frame) => sample + full(QUIET_DECIBELS) * (hiss[frame] ?? 0));
};

const within = (samples: Float64Array, noise: Float64Array, decibels: number): Float64Array =>
  inQuiet(samples).map((sample, frame) => sample + full(decibels) * (noise[frame] ?? 0));

/** Power that falls by 3 dB an octave, or with `steep` by 6: air, traffic, rooms. */
export function fallingNoise(frames: number, steep: boolean): Float64Array {
  const hiss = whiteNoise(frames, RATE);
  // Kellet's sum of three first-order filters, within 0.5 dB of pink; and one filter that is brown above 20 Hz.
  const poles = steep
    ? [[0.992, 1]]
    : [
        [0.99765, 0.099],
        [0.963, 0.2965],
        [0.57, 1.0526],
      ];
  const states = poles.map(() => 0);
  return levelled(
    hiss.map((sample) => {
      let sum = steep ? 0 : 0.1848 * sample;
      poles.forEach(([pole = 0, gain = 0], index) => {
        const state = pole * (states[index] ?? 0) + gain * sample;
        states[index] = state;
        sum += state;
      });
      return sum;
    }),
  );
}

/** Half the rate, with what that cannot carry taken away before, and eight bits a sample. */
function onTelephone(samples: Float64Array): Heard {
  const half = Float64Array.from({ length: samples.length >> 1 }, (_, index) =>
    HALF_BAND.reduce(
      (sum, tap, place) => sum + tap * (samples[2 * index + place - HALF_BAND.length / 2] ?? 0),
      0,
    ),
  );
  const line = decodeMulaw(encodeMulaw(toInt16(half)));
  return { samples: new Int16Array(line.buffer), rate: RATE / 2 };
}

/** A windowed sinc that ends at 3.6 kHz. */
const HALF_BAND = Array.from({ length: 64 }, (_, index) => {
  const at = index - 32;
  const cut = 3600 / RATE;
  const sinc = at === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * at) / (Math.PI * at);
  return sinc * (0.54 + 0.46 * Math.cos((Math.PI * at) / 32));
});

/** Music while nobody speaks, as a queue plays it: it fades within 0.1 s, a moment before a voice and after it. */
function between({ samples, turns }: Conversation, music: Float64Array): Float64Array {
  const silent = Float64Array.from(samples, () => 1);
  for (const { start, end } of turns) {
    const from = Math.round((start - 0.35) * RATE);
    const to = Math.round((end + 0.35) * RATE);
    for (let frame = from; frame < to; frame++)
      silent[frame] = Math.max(0, 1 - Math.min(frame - from, to - frame) / (0.1 * RATE));
  }
  return music.map((sample, frame) => sample * (silent[frame] ?? 0));
}

export function placesWith({ music, talk }: Surroundings): readonly Place[] {
  const at16 = (samples: Float64Array): Heard => ({ samples: toInt16(samples), rate: RATE });
  const noisy = (name: string, steep: boolean, ratio: number): Place => ({
    name: `${name} noise, ${ratio} dB below the voice`,
    hear: ({ samples }) =>
      at16(within(samples, fallingNoise(samples.length, steep), SPEECH_DECIBELS - ratio)),
  });
  const among = (name: string, sound: (frames: number) => Float64Array, ratio: number): Place => ({
    name: `${name}, ${ratio} dB below the voice`,
    hear: ({ samples }) => at16(within(samples, sound(samples.length), SPEECH_DECIBELS - ratio)),
  });
  return [
    { name: 'a quiet room', hear: ({ samples }) => at16(inQuiet(samples)) },
    ...[20, 10, 5].map((ratio) => noisy('pink', false, ratio)),
    ...[20, 10, 5].map((ratio) => noisy('brown', true, ratio)),
    {
      name: 'a room that rings for 0.4 s',
      hear: ({ samples }) => {
        const options = { rate: RATE, decibels: 0, delaySeconds: 0, ringingSeconds: 0.4 };
        return at16(inQuiet(throughRoom(toInt16(samples), options)));
      },
    },
    ...[20, 10].map((ratio) => among('the talk of others', talk, ratio)),
    ...[20, 10].map((ratio) => among('music on hold', music, ratio)),
    {
      name: 'music on hold between the voices, as loud',
      hear: (conversation) =>
        at16(
          within(
            conversation.samples,
            between(conversation, music(conversation.samples.length)),
            SPEECH_DECIBELS,
          ),
        ),
    },
    { name: 'a telephone line', hear: ({ samples }) => onTelephone(inQuiet(samples)) },
    {
      name: 'a telephone line, pink noise 10 dB below',
      hear: ({ samples }) =>
        onTelephone(within(samples, fallingNoise(samples.length, false), SPEECH_DECIBELS - 10)),
    },
  ];
}

/** Many who speak at once, none to be understood: recordings, each of them going on without end. */
export function crowd(voices: readonly Float64Array[], frames: number): Float64Array {
  const random = seededRandom(11);
  const mix = new Float64Array(frames);
  for (const voice of voices) {
    const offset = Math.floor(random() * voice.length);
    for (let frame = 0; frame < frames; frame++)
      mix[frame] = (mix[frame] ?? 0) + (voice[(frame + offset) % voice.length] ?? 0);
  }
  return levelled(mix);
}

/** A sound that nobody speaks in. */
export function alone(sound: Float64Array, decibels: number): Heard {
  return { samples: toInt16(within(new Float64Array(sound.length), sound, decibels)), rate: RATE };
}
