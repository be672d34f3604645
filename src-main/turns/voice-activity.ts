import type { BandHistory } from './band-history.ts';
import { createHops, HOP_SECONDS } from './hops.ts';
import { createVoiceEvidence, type Evidence } from './voice-evidence.ts';

/**
 * A pause that ends a voice. Pauses within what one person says are mostly below half a second, and stops within words
 * below 0.2 s; the next speaker begins 0.2 s after the end on average (Heldner and Edlund 2010; Levinson and Torreira
 * 2015, Frontiers in Psychology 6). Shorter would cut sentences in two, longer would join questions to what follows.
 */
const PAUSE_SECONDS = 0.6;
/** How long the background is learnt before a voice can be detected. The same audio is then examined again. */
const WARM_UP_HOPS = 30;
/** Voiced hops that make a voice, and within how many; a vowel has more, a squeak has fewer. */
const ONSET_VOICED = 8;
const ONSET_HOPS = 30;
/** A voiced hop counts where it is in a run of this many. */
const RUN_VOICED = 4;
const RUN_HOPS = 5;
/** A voice may begin with consonants, of which this many hops may be too faint to detect. */
const CONSONANT_HOPS = 25;
const FAINT_HOPS = 3;
/** Sound without pitch belongs to the voice for this long after it. */
const UNVOICED_SECONDS = 0.2;
/**
 * From the end of a window to the moment it represents: at an onset its newest part is enough, at an end half of it is
 * left.
 */
const ONSET_DELAY_SECONDS = 0.03;
const END_DELAY_SECONDS = 0.02;

export interface VoiceChange {
  readonly active: boolean;
  /** Where the voice began or ended, which is before the latest audio. */
  readonly frame: number;
}

export interface VoiceActivity {
  /** Takes the next samples, signed 16-bit little-endian, at `startFrame`. */
  observe(startFrame: number, pcm: Uint8Array): readonly VoiceChange[];
  /** Takes a hole: nothing was heard, which is different from silence. */
  silence(startFrame: number, frames: number): readonly VoiceChange[];
  /** Later audio does not continue the earlier audio. A voice in progress is dropped without a report. */
  breakOff(): void;
  /** The end of the latest voice. */
  readonly voicedUntil: number;
  /** All voices that begin before this frame have been reported. */
  readonly decidedFrame: number;
  /** Frames from one analysis of the track to the next. */
  readonly hopFrames: number;
}

interface HeardHop {
  readonly endFrame: number;
  readonly sound: boolean;
  readonly voiced: boolean;
  /** True within a run of voiced hops. */
  run: boolean;
}

/** Hops that are kept: how far back an onset can reach. */
const REMEMBERED_HOPS = ONSET_HOPS + CONSONANT_HOPS;

/**
 * Detects the voice in one track by its pitch, above the background noise, which it learns on the way. The bands are
 * written to `history` where one is given; hops are counted from the first frame of the track.
 */
export function createVoiceActivity(
  sampleRate: number,
  channels: number,
  history?: BandHistory,
): VoiceActivity {
  const hops = createHops(sampleRate, channels);
  const evidence = createVoiceEvidence(hops.rate, hops.window.length);
  const recent: HeardHop[] = [];
  let warmUp: { readonly endFrame: number; readonly window: Float64Array }[] | undefined = [];
  let active = false;
  let position = 0;
  let voicedUntil = 0;
  let lastRunFrame = -Infinity;

  const remember = (endFrame: number, { sound, voiced }: Evidence): HeardHop => {
    const hop = { endFrame, sound, voiced, run: false };
    recent.push(hop);
    if (recent.length > REMEMBERED_HOPS) recent.shift();
    const latest = recent.slice(-RUN_HOPS).filter((heard) => heard.voiced);
    if (latest.length >= RUN_VOICED) for (const heard of latest) heard.run = true;
    return hop;
  };

  /** Goes back from the first voiced run over the consonants before it. */
  const onsetFrame = (): number => {
    const firstRun = recent.findIndex(({ run }, index) => run && index >= recent.length - ONSET_HOPS);
    let first = firstRun;
    for (let index = firstRun, faint = 0; index >= 0 && firstRun - index <= CONSONANT_HOPS; index--) {
      faint = recent[index]?.sound === true ? 0 : faint + 1;
      if (faint > FAINT_HOPS) break;
      if (faint === 0) first = index;
    }
    const endFrame = recent[first]?.endFrame ?? position;
    return Math.max(0, Math.round(endFrame - ONSET_DELAY_SECONDS * sampleRate));
  };

  const hear = (endFrame: number, window: Float64Array): VoiceChange | undefined => {
    const hop = remember(endFrame, evidence.observe(window, active));
    history?.add(Math.round(endFrame / hops.hopFrames), evidence.bands, evidence.noise);
    if (hop.run) lastRunFrame = endFrame;
    const belongs = endFrame - lastRunFrame < UNVOICED_SECONDS * sampleRate;
    const end = Math.max(0, Math.round(endFrame - END_DELAY_SECONDS * sampleRate));
    if (active) {
      if (hop.sound && belongs) voicedUntil = end;
      return end - voicedUntil >= PAUSE_SECONDS * sampleRate ? finish() : undefined;
    }
    const voiced = recent.slice(-ONSET_HOPS).filter(({ run }) => run).length;
    if (!hop.run || voiced < ONSET_VOICED) return undefined;
    active = true;
    voicedUntil = end;
    return { active, frame: onsetFrame() };
  };

  const finish = (): VoiceChange => {
    active = false;
    recent.length = 0;
    lastRunFrame = -Infinity;
    return { active, frame: voicedUntil };
  };

  /** At first the background is unknown: the audio is kept, and examined once it is known. */
  const hearFirst = (endFrame: number): VoiceChange[] => {
    if (warmUp === undefined) return [];
    evidence.warmUp(hops.window);
    warmUp.push({ endFrame, window: hops.window.slice() });
    if (warmUp.length < WARM_UP_HOPS) return [];
    evidence.finishWarmUp();
    const kept = warmUp;
    warmUp = undefined;
    return kept.flatMap((heard) => hear(heard.endFrame, heard.window) ?? []);
  };

  const breakOff = (): void => {
    finish();
    hops.clear();
  };

  return {
    observe(startFrame, pcm) {
      const changes: VoiceChange[] = [];
      hops.take(startFrame, pcm, (endFrame) => {
        position = endFrame;
        if (warmUp !== undefined) changes.push(...hearFirst(endFrame));
        else changes.push(...[hear(endFrame, hops.window) ?? []].flat());
      });
      return changes;
    },
    silence(startFrame, frames) {
      position = startFrame + frames;
      hops.clear();
      recent.length = 0;
      return active && position - voicedUntil >= PAUSE_SECONDS * sampleRate ? [finish()] : [];
    },
    breakOff,
    get voicedUntil() {
      return voicedUntil;
    },
    hopFrames: hops.hopFrames,
    get decidedFrame() {
      if (active) return position;
      const reach = (REMEMBERED_HOPS * HOP_SECONDS + ONSET_DELAY_SECONDS) * sampleRate;
      return Math.max(0, position - reach);
    },
  };
}
