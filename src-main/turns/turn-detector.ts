import type { Track } from '../contract/audio-format.ts';
import type { TurnDetector, TurnDetectorOptions, TurnEvent } from '../session/ports.ts';
import { createVoiceActivity, type VoiceActivity } from './voice-activity.ts';

/** Voices that overlap by less did not interrupt each other: the detector is no more exact than this. */
const OVERLAP_SECONDS = 0.15;

interface Turn {
  readonly turnId: string;
  readonly startFrame: number;
}

interface Side {
  readonly track: Track;
  readonly voice: VoiceActivity;
  /** The client tells who speaks; our own detector is not asked any more. */
  told: boolean;
  turn: Turn | undefined;
  /** The end of what was heard. */
  position: number;
  /** Where the latest turns began. */
  readonly starts: number[];
}

/** Starts that are remembered: of those within one turn, the first decides. */
const REMEMBERED_STARTS = 64;

export function createTurnDetector(options: TurnDetectorOptions): TurnDetector {
  const { sampleRate, channels, newId } = options;
  const sides = options.tracks.map((track): Side => ({
    track,
    voice: createVoiceActivity(sampleRate, channels),
    told: false,
    turn: undefined,
    position: 0,
    starts: [],
  }));

  const sideOf = (track: Track): Side => {
    const side = sides.find((candidate) => candidate.track === track);
    if (side === undefined) throw new Error(`no track ${track} in this take`);
    return side;
  };

  const begin = (side: Side, startFrame: number): TurnEvent[] => {
    if (side.turn !== undefined) return [];
    side.turn = { turnId: newId(), startFrame };
    side.starts.push(startFrame);
    if (side.starts.length > REMEMBERED_STARTS) side.starts.shift();
    return [{ type: 'started', role: side.track, ...side.turn }];
  };

  const finish = (side: Side, endFrame: number, cutOff = false): TurnEvent[] => {
    const { turn } = side;
    if (turn === undefined) return [];
    side.turn = undefined;
    const overlap = OVERLAP_SECONDS * sampleRate;
    const spokenOver = sides.some(
      (other) =>
        other !== side &&
        other.starts.some((start) => start > turn.startFrame + overlap && start < endFrame - overlap),
    );
    return [
      {
        type: 'ended',
        role: side.track,
        ...turn,
        endFrame: Math.max(endFrame, turn.startFrame + 1),
        interrupted: cutOff || spokenOver,
      },
    ];
  };

  return {
    audio(track, startFrame, pcm) {
      const side = sideOf(track);
      side.position = startFrame + pcm.byteLength / (2 * channels);
      const changes = side.voice.observe(startFrame, pcm);
      if (side.told) return [];
      return changes.flatMap(({ active, frame }) => (active ? begin(side, frame) : finish(side, frame)));
    },
    silence(track, startFrame, frames) {
      const side = sideOf(track);
      side.position = startFrame + frames;
      // A hole ends what was being said.
      return side.told ? [] : finish(side, startFrame);
    },
    voice(track, active) {
      const side = sideOf(track);
      side.told = true;
      return active ? begin(side, side.position) : finish(side, side.position);
    },
    pause: () => sides.flatMap((side) => finish(side, side.position)),
    end: () => sides.flatMap((side) => finish(side, side.position, true)),
  };
}
