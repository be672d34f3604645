import type { Track } from '../contract/audio-format.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { SessionRecord } from '../contract/session-record.ts';

/** One side's audio of one part, where it is. */
export interface TrackPart {
  readonly role: Track;
  readonly part: number;
  readonly path: string;
  readonly sampleRate: number;
  readonly frames: number;
  /** Position of the part in the session. */
  readonly startMs: number;
  readonly startedAt: string;
  /** Heard in the mix, where the other side is heard too. */
  readonly isMix: boolean;
}

/** What is known of a turn: all its segments together. */
export interface SpokenTurn {
  readonly turnId: string;
  readonly interrupted: boolean;
  readonly startedAt: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A stretch of one side's audio to be recognised: a turn, or a part of one, or where no turns are known anything. */
export interface SpeechStretch {
  readonly role: Track;
  readonly part: number;
  readonly path: string;
  readonly sampleRate: number;
  readonly startFrame: number;
  readonly frames: number;
  /** Position in the session. */
  readonly startMs: number;
  /** By the clock on the wall. */
  readonly startedAt: string;
  readonly turn: SpokenTurn | null;
}

/** What is heard beyond a turn's bounds: voices begin and end more softly than they are noticed. */
const MARGIN_SECONDS = 0.25;
/** The end of a recording that was cut off is worth looking at from this length on. */
const SHORTEST_TAIL_SECONDS = 1;

/**
 * What to recognise of one side, in order: its turns, without those that were only the other side out of a loudspeaker; and
 * whole parts of which no turns are known on either side.
 */
export function planSpeech(
  session: Pick<SessionRecord, 'segments' | 'recovered' | 'parts'>,
  parts: readonly TrackPart[],
): SpeechStretch[] {
  const lastPart = Math.max(...session.parts.map(({ part }) => part));
  return parts.flatMap((trackPart) => {
    const inPart = session.segments.filter(({ part }) => part === trackPart.part);
    // Where it is not known who speaks when, a mix is heard once and not for each side.
    const isHeardElsewhere =
      trackPart.isMix && parts.find(({ part }) => part === trackPart.part)?.role !== trackPart.role;
    if (inPart.length === 0) return isHeardElsewhere ? [] : [stretchOf(trackPart, 0, trackPart.frames, null)];
    const mine = inPart
      .filter(({ role }) => role === trackPart.role)
      .toSorted((a, b) => a.start_frame - b.start_frame);
    const stretches = mine.flatMap((segment, index) =>
      segment.bleed
        ? []
        : [turnStretch(session.segments, trackPart, segment, mine[index - 1], mine[index + 1])],
    );
    // A turn that was being spoken when all was cut off was not written down.
    const heardTo = Math.max(0, ...mine.map((segment) => segment.start_frame + segment.frame_count));
    const tail = trackPart.frames - heardTo;
    const isCutOff = !isHeardElsewhere && session.recovered !== null && trackPart.part === lastPart;
    if (isCutOff && tail >= SHORTEST_TAIL_SECONDS * trackPart.sampleRate)
      stretches.push(stretchOf(trackPart, heardTo, tail, null));
    return stretches;
  });
}

function turnStretch(
  segments: readonly AudioSegment[],
  trackPart: TrackPart,
  segment: AudioSegment,
  before: AudioSegment | undefined,
  after: AudioSegment | undefined,
): SpeechStretch {
  const endFrame = segment.start_frame + segment.frame_count;
  const earliest =
    before === undefined ? 0 : Math.ceil((before.start_frame + before.frame_count + segment.start_frame) / 2);
  const latest = after === undefined ? trackPart.frames : Math.floor((endFrame + after.start_frame) / 2);
  const margin = Math.round(MARGIN_SECONDS * trackPart.sampleRate);
  const from = Math.max(0, Math.min(segment.start_frame, Math.max(earliest, segment.start_frame - margin)));
  const to = Math.min(trackPart.frames, Math.max(endFrame, Math.min(latest, endFrame + margin)));
  return stretchOf(trackPart, from, Math.max(0, to - from), turnOf(segments, segment));
}

function turnOf(segments: readonly AudioSegment[], { turn_id, role }: AudioSegment): SpokenTurn {
  const own = segments
    .filter((segment) => segment.turn_id === turn_id && segment.role === role)
    .toSorted((a, b) => a.start_ms - b.start_ms);
  return {
    turnId: turn_id,
    interrupted: own.some(({ interrupted }) => interrupted),
    startedAt: own[0]?.started_at ?? '',
    startMs: own[0]?.start_ms ?? 0,
    endMs: Math.max(...own.map(({ end_ms }) => end_ms)),
  };
}

function stretchOf(
  { role, part, path, sampleRate, startMs, startedAt }: TrackPart,
  startFrame: number,
  frames: number,
  turn: SpokenTurn | null,
): SpeechStretch {
  const offsetMs = (startFrame / sampleRate) * 1000;
  return {
    role,
    part,
    path,
    sampleRate,
    startFrame,
    frames,
    startMs: startMs + offsetMs,
    startedAt: later(startedAt, offsetMs),
    turn,
  };
}

/** A part of a stretch. */
export function cutStretch(stretch: SpeechStretch, startFrame: number, frames: number): SpeechStretch {
  const offsetMs = (startFrame / stretch.sampleRate) * 1000;
  return {
    ...stretch,
    startFrame: stretch.startFrame + startFrame,
    frames,
    startMs: stretch.startMs + offsetMs,
    startedAt: later(stretch.startedAt, offsetMs),
  };
}

/** Names a stretch of a session, whatever is made of it. */
export function stretchKey({ role, part, startFrame, frames }: SpeechStretch): string {
  return `${role}:${part}:${startFrame}+${frames}`;
}

function later(time: string, byMs: number): string {
  return new Date(Date.parse(time) + Math.round(byMs)).toISOString();
}
