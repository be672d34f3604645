import { decibelsFullScale, measureLevels } from '../audio/levels.ts';

/** A hop of the detector: long enough for a pitch period of a deep voice, short against a syllable. */
const HOP_SECONDS = 0.02;
/** Above the noise by so much, a hop is taken for voice; once there is voice, by so little. */
const ONSET_DECIBELS = 12;
const HOLD_DECIBELS = 7;
/** Below this nobody speaks, however quiet the room. */
const QUIETEST_VOICE_DBFS = -52;
/** Voiced hops, of the latest, that make a voice; a click or a cough is shorter. */
const ONSET_HOPS = 4;
const ONSET_WINDOW_HOPS = 6;
/** A pause that ends a voice. Between words pauses are shorter. */
const HANGOVER_SECONDS = 0.6;
/** The noise is the quietest of the latest seconds. */
const NOISE_WINDOW_HOPS = 150;
/** Noise is taken to be no lower: below lies what converters make up. */
const NOISE_FLOOR_DBFS = -75;

export interface VoiceChange {
  readonly active: boolean;
  /** Where the voice began or ended, which lies before what was last heard. */
  readonly frame: number;
}

export interface VoiceActivity {
  /** Takes the next samples, signed 16-bit little-endian, at `startFrame`. */
  observe(startFrame: number, pcm: Uint8Array): readonly VoiceChange[];
}

/** Follows the voice in one track by its energy above the noise, which it learns as it goes. */
export function createVoiceActivity(sampleRate: number, channels: number): VoiceActivity {
  const hopFrames = Math.round(HOP_SECONDS * sampleRate);
  const bytesPerFrame = 2 * channels;
  const hop = new Uint8Array(hopFrames * bytesPerFrame);
  const recent: boolean[] = [];
  const levels: number[] = [];
  let filled = 0;
  let active = false;
  let lastVoicedFrame = 0;

  const noise = (): number => Math.max(NOISE_FLOOR_DBFS, Math.min(...levels));

  const hear = (endFrame: number): VoiceChange | undefined => {
    const level = decibelsFullScale(measureLevels(hop).rms);
    levels.push(Math.max(NOISE_FLOOR_DBFS, level));
    if (levels.length > NOISE_WINDOW_HOPS) levels.shift();
    const threshold = Math.max(QUIETEST_VOICE_DBFS, noise() + (active ? HOLD_DECIBELS : ONSET_DECIBELS));
    const voiced = level >= threshold;
    recent.push(voiced);
    if (recent.length > ONSET_WINDOW_HOPS) recent.shift();
    if (voiced) lastVoicedFrame = endFrame;
    if (!active && recent.filter(Boolean).length >= ONSET_HOPS) {
      active = true;
      const first = recent.length - recent.indexOf(true);
      return { active, frame: Math.max(0, endFrame - first * hopFrames) };
    }
    if (active && endFrame - lastVoicedFrame >= HANGOVER_SECONDS * sampleRate) {
      active = false;
      recent.length = 0;
      return { active, frame: lastVoicedFrame };
    }
    return undefined;
  };

  return {
    observe(startFrame, pcm) {
      const changes: VoiceChange[] = [];
      let frame = startFrame;
      for (let offset = 0; offset < pcm.byteLength;) {
        const taken = Math.min(hop.byteLength - filled, pcm.byteLength - offset);
        hop.set(pcm.subarray(offset, offset + taken), filled);
        filled += taken;
        offset += taken;
        frame += taken / bytesPerFrame;
        if (filled < hop.byteLength) continue;
        filled = 0;
        const change = hear(frame);
        if (change !== undefined) changes.push(change);
      }
      return changes;
    },
  };
}
