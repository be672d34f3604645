import type { Track } from '../contract/audio-format.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { SessionRecord } from '../contract/session-record.ts';

/** The audio of one side in one part, and its file. */
export interface TrackPart {
  readonly role: Track;
  readonly part: number;
  readonly path: string;
  readonly sampleRate: number;
  readonly frames: number;
  /** Position of the part in the session. */
  readonly startMs: number;
  readonly startedAt: string;
  /** True where the side is only in the mix, together with the other side. */
  readonly isMix: boolean;
}

/** A turn, with all its segments joined. */
export interface SpokenTurn {
  readonly turnId: string;
  readonly interrupted: boolean;
  readonly startedAt: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A stretch of one side's audio to recognise: a turn, a part of one, or any audio where turns are unknown. */
export interface SpeechStretch {
  readonly role: Track;
  readonly part: number;
  readonly path: string;
  readonly sampleRate: number;
  readonly startFrame: number;
  readonly frames: number;
  /** Position in the session. */
  readonly startMs: number;
  /** The wall-clock time of its beginning. */
  readonly startedAt: string;
  readonly turn: SpokenTurn | null;
}

/** Audio added before and after a turn: voices begin and end more softly than the detector notices. */
const MARGIN_SECONDS = 0.25;
/** The end of a recording that was cut off is recognised where it is at least this long. */
const SHORTEST_TAIL_SECONDS = 1;

/**
 * The stretches of one side to recognise, in order: its turns, without those that were only the other side from a
 * loudspeaker; and whole parts where no turns of either side are known.
 */
export function planSpeech(
  session: Pick<SessionRecord, 'segments' | 'recovered' | 'parts'>,
  parts: readonly TrackPart[],
): SpeechStretch[] {
  const lastPart = Math.max(...session.parts.map(({ part }) => part));
  return parts.flatMap((trackPart) => {
    const inPart = session.segments.filter(({ part }) => part === trackPart.part);
    // Where turns are unknown, a mix is recognised once, not once for each side.
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
    // A turn that was in progress when the recording was cut off is not in the list of turns.
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

/** Names a stretch of a session, for any work on it. */
export function stretchKey({ role, part, startFrame, frames }: SpeechStretch): string {
  return `${role}:${part}:${startFrame}+${frames}`;
}

function later(time: string, byMs: number): string {
  return new Date(Date.parse(time) + Math.round(byMs)).toISOString();
}
