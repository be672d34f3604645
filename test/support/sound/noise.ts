import { seededRandom } from '../seeded-random.ts';
import { speak } from './speech.ts';

/** Makes `frames` of a sound that is not the voice of one speaker, at a root mean square of 1. */
export type Noise = (frames: number, rate: number) => Float64Array;

const SEED = 20_261;

function white(frames: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  // Three uniform ones are near enough to normal.
  return Float64Array.from({ length: frames }, () => random() + random() + random() - 1.5);
}

/** Hiss, of which each seed gives another. */
export const whiteNoiseOf =
  (seed: number): Noise =>
  (frames) =>
    levelled(white(frames, seed));

export const whiteNoise = whiteNoiseOf(SEED);

/** Air through blades: noise that falls off with frequency, a hum of the motor, a slow beat. */
export const fanNoise: Noise = (frames, rate) => {
  let low = 0;
  const air = white(frames, SEED).map(
    (sample) => (low += (sample - low) * (1 - Math.exp((-2 * Math.PI * 400) / rate))),
  );
  const loudness = Math.sqrt(air.reduce((sum, sample) => sum + sample * sample, 0) / frames);
  return levelled(
    air.map((sample, frame) => {
      const at = (2 * Math.PI * frame) / rate;
      const motor = 0.25 * Math.sin(at * 100) + 0.15 * Math.sin(at * 200) + 0.1 * Math.sin(at * 310);
      return (sample / loudness + motor) * (1 + 0.15 * Math.sin(at * 1.3));
    }),
  );
};

/** Eight people at once, none of them to be understood. */
export const babbleNoise: Noise = (frames, rate) => {
  const mix = new Float64Array(frames);
  BABBLE.forEach(([voice, text], index) => {
    const voiceSamples = speak({ voice, text, speed: 150 + 7 * index, pitch: 30 + 6 * index }, rate);
    const offset = Math.round((index * voiceSamples.length) / 5);
    for (let frame = 0; frame < frames; frame++)
      mix[frame] = (mix[frame] ?? 0) + (voiceSamples[(frame + offset) % voiceSamples.length] ?? 0);
  });
  return levelled(mix);
};

const BABBLE = [
  [
    'en-us+m2',
    'the committee agreed that nobody would speak for longer than he had something to say and so on',
  ],
  ['en-gb+f2', 'she had never seen so many people in one room who all wanted to be somewhere else at once'],
  ['de+m4', 'am Ende des Tages wollte niemand mehr wissen warum man eigentlich zusammengekommen war'],
  ['fr+f4', 'il y avait dans cette salle une foule de gens qui parlaient tous en meme temps sans ecouter'],
  ['es+m6', 'todos los dias salian a la calle con la esperanza de encontrar un poco de silencio'],
  ['it+f1', 'la mattina presto la piazza era gia piena di voci e di rumori che salivano fino alle finestre'],
  ['pl+m3', 'wszyscy rozmawiali jednoczesnie i nikt nie potrafil zrozumiec o czym mowa w tym pokoju'],
  ['en-gb+m7', 'over by the window somebody was telling a long story about a boat that had never been sold'],
] as const;

/** Mains hum and its overtones: tones that never end. */
export const humNoise: Noise = (frames, rate) =>
  levelled(
    Float64Array.from({ length: frames }, (_, frame) => {
      const at = (2 * Math.PI * frame) / rate;
      return (
        Math.sin(at * 50) + 0.6 * Math.sin(at * 100) + 0.5 * Math.sin(at * 150) + 0.2 * Math.sin(at * 250)
      );
    }),
  );

/** Typing: about seven strokes a second, each a click, a rattle of 15 to 30 ms, and a softer release. */
export const keyboardNoise: Noise = (frames, rate) => {
  const random = seededRandom(SEED + 1);
  const mix = new Float64Array(frames);
  const stroke = (from: number, loudness: number): void => {
    const length = Math.round((0.015 + 0.015 * random()) * rate);
    const ring = 900 + 1800 * random();
    for (let index = 0; index < length && from + index < frames; index++) {
      const decay = Math.exp((-6 * index) / length);
      const click = random() + random() - 1 + 0.5 * Math.sin((2 * Math.PI * ring * index) / rate);
      mix[from + index] = (mix[from + index] ?? 0) + loudness * decay * click;
    }
  };
  for (let frame = 0; frame < frames;) {
    stroke(frame, 0.6 + 0.8 * random());
    stroke(frame + Math.round((0.07 + 0.04 * random()) * rate), 0.3 * random());
    // Words, with a thought between some of them.
    frame += Math.round((0.09 + 0.1 * random() + (random() < 0.1 ? 0.8 * random() : 0)) * rate);
  }
  return levelled(mix);
};

/** A cough every two seconds: a burst, then a breath shaped by an open mouth, without a voice. */
export const coughNoise: Noise = (frames, rate) => {
  const random = seededRandom(SEED + 2);
  const mix = new Float64Array(frames);
  for (
    let start = Math.round(0.7 * rate);
    start < frames;
    start += Math.round((1.8 + 0.6 * random()) * rate)
  ) {
    const length = Math.round((0.22 + 0.16 * random()) * rate);
    const mouth = [resonator(650 + 200 * random(), 180, rate), resonator(1500 + 400 * random(), 300, rate)];
    for (let index = 0; index < length && start + index < frames; index++) {
      const at = index / length;
      const envelope = at < 0.05 ? at / 0.05 : Math.exp(-5 * (at - 0.05)) + 0.25 * Math.max(0, 1 - at);
      const breath = random() + random() + random() - 1.5;
      mix[start + index] = envelope * mouth.reduce((sum, resonate) => sum + resonate(breath), 0.3 * breath);
    }
  }
  return levelled(mix);
};

/** Knuckles on a table and things put down: dull, ringing for a tenth of a second. */
export const knockNoise: Noise = (frames, rate) => {
  const random = seededRandom(SEED + 4);
  const mix = new Float64Array(frames);
  const knock = (from: number, loudness: number): void => {
    const wood = [110 + 150 * random(), 280 + 250 * random(), 600 + 500 * random()];
    for (let index = 0; index < 0.15 * rate && from + index < frames; index++) {
      const at = index / rate;
      const ring = wood.reduce(
        (sum, hertz, place) => sum + Math.sin(2 * Math.PI * hertz * at) / (place + 1),
        0,
      );
      const blow = at < 0.004 ? 2 * (random() - 0.5) : 0;
      mix[from + index] = (mix[from + index] ?? 0) + loudness * Math.exp(-at / 0.025) * (ring + blow);
    }
  };
  for (let second = 0.5; second * rate < frames; second += 1 + random())
    for (let blow = 0; blow < 1 + 3 * random(); blow++)
      knock(Math.round((second + 0.2 * blow) * rate), 0.5 + random());
  return levelled(mix);
};

/** Ringing, engaged and dialling: what a line says before anybody speaks. */
export const lineTones: Noise = (frames, rate) => {
  const keys = [
    [697, 1209],
    [770, 1336],
    [852, 1477],
    [941, 1336],
    [697, 1477],
  ];
  const tonesAt = (second: number): readonly number[] => {
    const at = second % 15;
    if (at < 2) return [440, 480];
    if (at >= 4 && at < 6) return [425];
    if (at >= 7 && at < 10) return (at * 2) % 1 < 0.5 ? [480, 620] : [];
    if (at >= 11 && at < 13) return (at * 5) % 1 < 0.5 ? (keys[Math.floor(at * 5) % keys.length] ?? []) : [];
    return [];
  };
  return levelled(
    Float64Array.from({ length: frames }, (_, frame) =>
      tonesAt(frame / rate).reduce((sum, hertz) => sum + Math.sin((2 * Math.PI * hertz * frame) / rate), 0),
    ),
  );
};

/** What plays while one waits: chords, a tune above them, a soft beat. */
export const holdMusic: Noise = (frames, rate) => {
  const random = seededRandom(SEED + 3);
  const mix = new Float64Array(frames);
  const note = (from: number, seconds: number, hertz: number, loudness: number): void => {
    const length = Math.round(seconds * rate);
    for (let index = 0; index < length && from + index < frames; index++) {
      const at = index / rate;
      const envelope =
        Math.min(1, at / 0.01) * Math.exp(-1.5 * at) * Math.min(1, (length - index) / (0.03 * rate));
      let sample = 0;
      for (let overtone = 1; overtone <= 6 && overtone * hertz < rate / 2; overtone++)
        sample += Math.sin(2 * Math.PI * hertz * overtone * at) / overtone ** 1.3;
      mix[from + index] = (mix[from + index] ?? 0) + loudness * envelope * sample;
    }
  };
  const chords = [
    [0, 4, 7],
    [-3, 0, 4],
    [-7, -3, 0],
    [-5, -1, 2],
  ];
  const beatSeconds = 0.5;
  for (let beat = 0; beat * beatSeconds * rate < frames; beat++) {
    const from = Math.round(beat * beatSeconds * rate);
    const chord = chords[Math.floor(beat / 4) % chords.length] ?? [];
    if (beat % 4 === 0) for (const tone of chord) note(from, 2, 220 * 2 ** (tone / 12), 0.6);
    if (random() < 0.8) {
      const tone = (chord[Math.floor(random() * chord.length)] ?? 0) + (random() < 0.3 ? 2 : 0);
      note(from, beatSeconds * (random() < 0.3 ? 2 : 1), 440 * 2 ** (tone / 12), 0.8);
    }
    for (let index = 0; index < 0.04 * rate && from + index < frames; index++)
      mix[from + index] =
        (mix[from + index] ?? 0) + 0.3 * (random() - 0.5) * Math.exp(-index / (0.01 * rate));
  }
  return levelled(mix);
};

/** A second-order resonance: one formant. */
function resonator(hertz: number, bandwidth: number, rate: number): (sample: number) => number {
  const radius = Math.exp((-Math.PI * bandwidth) / rate);
  const turn = 2 * radius * Math.cos((2 * Math.PI * hertz) / rate);
  let last = 0;
  let before = 0;
  return (sample) => {
    const next = (1 - radius) * sample + turn * last - radius * radius * before;
    before = last;
    last = next;
    return next;
  };
}

/** At a root mean square of 1. */
export function levelled(samples: Float64Array): Float64Array {
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  return samples.map((sample) => sample / rms);
}
