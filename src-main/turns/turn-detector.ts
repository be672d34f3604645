import { SIDES, type Track } from '../contract/audio-format.ts';
import type { TurnDetector, TurnDetectorOptions, TurnEvent } from '../session/ports.ts';
import { createBandHistory, type BandHistory } from './band-history.ts';
import { createJudge, type SpokenTurn } from './spoken-over.ts';
import { createTurnOrigins } from './turn-origins.ts';
import { createVoiceActivity, type VoiceActivity, type VoiceChange } from './voice-activity.ts';

/**
 * How long the end of a turn waits for the other track. Tracks from networks may be seconds apart; a track that is
 * further behind, or silent, must not delay the other's turns for ever.
 */
const LONGEST_WAIT_SECONDS = 10;
/** A voice that ended this shortly before the session was still speaking: pauses within words are as long. */
const CUT_OFF_SECONDS = 0.2;
/** Turns of one side that are kept, and that wait: the memory for many voice messages is limited. */
const REMEMBERED_TURNS = 64;

interface Side {
  readonly track: Track;
  readonly voice: VoiceActivity;
  /** The client reports who speaks; our own detector is not used any more. */
  external: boolean;
  open: SpokenTurn | undefined;
  /** The end of the audio so far. */
  position: number;
  /** The latest turns, including the open one. */
  readonly recent: SpokenTurn[];
}

export function createTurnDetector(options: TurnDetectorOptions): TurnDetector {
  const { sampleRate, channels, newId } = options;
  const judge = createJudge(sampleRate);
  // A microphone may hear the other side from a loudspeaker.
  const histories = SIDES.every((side) => options.tracks.includes(side))
    ? { near: createBandHistory(), far: createBandHistory() }
    : undefined;
  const historyOf = (track: Track): BandHistory | undefined => {
    if (track === 'user') return histories?.near;
    return track === 'assistant' ? histories?.far : undefined;
  };
  const sides = options.tracks.map((track): Side => ({
    track,
    voice: createVoiceActivity(sampleRate, channels, historyOf(track)),
    external: false,
    open: undefined,
    position: 0,
    recent: [],
  }));
  /** Ended turns, until it is known whether somebody spoke over them. */
  const waiting: { readonly side: Side; readonly turn: SpokenTurn }[] = [];

  const [{ voice: { hopFrames } } = { voice: { hopFrames: 1 } }] = sides;
  const origins = histories && createTurnOrigins({ ...histories, hopFrames, sampleRate });

  const sideOf = (track: Track): Side => {
    const side = sides.find((candidate) => candidate.track === track);
    if (side === undefined) throw new Error(`no track ${track} in this take`);
    return side;
  };

  /** Drops a side's earliest turn; turns that it may have interrupted are judged first, while it is known. */
  const forgetEarliest = (side: Side): void => {
    const earliest = side.recent.shift();
    if (earliest === undefined) return;
    for (const other of sides)
      if (other !== side && other.open !== undefined && judge.compare(other.open, earliest) === 'spoken over')
        other.open.spokenOver = true;
  };

  const begin = (side: Side, startFrame: number): TurnEvent[] => {
    if (side.open !== undefined) return [];
    const turnId = newId();
    const isOwn = side.track !== 'user' || histories === undefined || sides.some(({ external }) => external);
    side.open = newTurn(turnId, startFrame, isOwn);
    side.recent.push(side.open);
    if (side.recent.length > REMEMBERED_TURNS) forgetEarliest(side);
    return [{ type: 'started', role: side.track, turnId, startFrame }];
  };

  const finish = (side: Side, endFrame: number): void => {
    const turn = side.open;
    if (turn === undefined) return;
    side.open = undefined;
    turn.voicedUntil = Math.max(endFrame, turn.startFrame);
    turn.ended = true;
    waiting.push({ side, turn });
  };

  /** Ends the turns that can be judged; with `force` all of them, by what is known. */
  const settle = (force = false): TurnEvent[] => {
    for (const { external, open, voice, position } of sides)
      if (open !== undefined)
        open.voicedUntil = Math.max(open.startFrame, external ? position : voice.voicedUntil);
    const heardFrame = Math.min(...sides.map(({ position }) => position));
    for (const turn of sides.flatMap(({ recent }) => recent)) {
      origins?.look(turn, heardFrame);
      if (force && !turn.isDecided) origins?.decide(turn);
    }
    const ready: TurnEvent[] = [];
    let overdue = waiting.length - REMEMBERED_TURNS;
    for (const entry of [...waiting]) {
      const { side, turn } = entry;
      const verdicts = sides
        .filter((other) => other !== side)
        .map(({ recent, external, voice, position }) =>
          judge.judge(turn, {
            turns: recent,
            decidedFrame: external ? position : voice.decidedFrame,
          }),
        );
      const spokenOver = verdicts.includes('spoken over');
      const waited = side.position - turn.voicedUntil >= LONGEST_WAIT_SECONDS * sampleRate;
      const isKnown = turn.isDecided && (spokenOver || !verdicts.includes('undecided'));
      if (!isKnown && !force && !waited && overdue-- <= 0) continue;
      if (!turn.isDecided) origins?.decide(turn);
      waiting.splice(waiting.indexOf(entry), 1);
      ready.push(endedEvent(side, turn, spokenOver));
    }
    return ready;
  };

  /** Handles the detector events of a side. The start of a turn is reported at once; its end waits to be judged. */
  const follow = (side: Side, changes: readonly VoiceChange[]): TurnEvent[] => {
    const started = changes.flatMap(({ active, frame }) => {
      if (active) return begin(side, frame);
      finish(side, frame);
      return [];
    });
    return [...started, ...settle()];
  };

  const cutShort = (side: Side): void => {
    finish(side, side.external ? side.position : side.voice.voicedUntil);
    side.voice.breakOff();
  };

  return {
    audio(track, startFrame, pcm) {
      const side = sideOf(track);
      side.position = startFrame + pcm.byteLength / (2 * channels);
      return follow(side, side.external ? [] : side.voice.observe(startFrame, pcm));
    },
    silence(track, startFrame, frames) {
      const side = sideOf(track);
      side.position = startFrame + frames;
      return follow(side, side.external ? [] : side.voice.silence(startFrame, frames));
    },
    jump(track) {
      cutShort(sideOf(track));
      return settle();
    },
    voice(track, active, frame = 0) {
      const side = sideOf(track);
      side.external = true;
      return follow(side, [{ active, frame: active ? Math.max(side.position, frame) : side.position }]);
    },
    pause() {
      sides.forEach(cutShort);
      return settle(true);
    },
    end() {
      const latest = settle(true);
      const cutOff = sides.flatMap((side) => {
        const { open, position } = side;
        return open !== undefined && position - open.voicedUntil < CUT_OFF_SECONDS * sampleRate ? [open] : [];
      });
      sides.forEach(cutShort);
      return [
        ...latest,
        ...settle(true).map((event) =>
          event.type === 'ended' && cutOff.some(({ turnId }) => turnId === event.turnId)
            ? { ...event, interrupted: true }
            : event,
        ),
      ];
    },
  };
}

function newTurn(turnId: string, startFrame: number, isOwn: boolean): SpokenTurn {
  return {
    turnId,
    startFrame,
    heardFrom: startFrame,
    voicedUntil: startFrame,
    ended: false,
    origin: isOwn ? 'own' : 'undecided',
    isDecided: isOwn,
    lookedFrames: 0,
    spokenOver: false,
  };
}

function endedEvent({ track }: Side, turn: SpokenTurn, interrupted: boolean): TurnEvent {
  return {
    type: 'ended',
    role: track,
    turnId: turn.turnId,
    startFrame: turn.startFrame,
    endFrame: turn.voicedUntil,
    interrupted: interrupted && turn.origin !== 'bleed',
    bleed: turn.origin === 'bleed',
  };
}
