import { setImmediate } from 'node:timers/promises';
import { segmentPath, type AudioSegment } from '../contract/audio-segment.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { positionAt } from '../contract/session-time.ts';
import { flatMapInSlices, sortInSlices } from '../contract/slices.ts';
import type {
  Conversation,
  ConversationLine,
  ConversationTurn,
  Transcript,
  TranscriptEntry,
} from '../contract/transcript.ts';

/**
 * Joins text and audio, in the order in which it was said: every line of text once, with its turn where it has one, and
 * every turn without text. A long session is joined in slices; other tasks run between two slices.
 */
export async function conversationOf(session: SessionRecord, transcript: Transcript): Promise<Conversation> {
  const turns = await turnsOf(session);
  const byId = new Map(turns.map((turn) => [turn.turn_id, turn]));
  const spoken = new Set(transcript.entries.map(({ turn_id }) => turn_id));
  const ofText = await flatMapInSlices(transcript.entries, setImmediate, (entry) => {
    const turn = entry.turn_id === null ? undefined : byId.get(entry.turn_id);
    // The line repeats the other side's words, unless a person edited it.
    return turn?.bleed === true && entry.source !== 'edited' ? [] : lineOfText(entry, turn);
  });
  const ofTurns = await flatMapInSlices(turns, setImmediate, (turn) =>
    turn.bleed || spoken.has(turn.turn_id) ? [] : lineOfTurn(turn),
  );
  return {
    revision: transcript.revision,
    speakers: transcript.speakers,
    lines: await inOrder(session, [...ofText, ...ofTurns]),
    turns,
  };
}

/** The turns of a session in order of their beginnings, each joined from its segments, in slices. */
export async function turnsOf({
  id,
  segments,
}: Pick<SessionRecord, 'id' | 'segments'>): Promise<ConversationTurn[]> {
  const byTurn = [...Map.groupBy(segments, ({ turn_id }) => turn_id).values()];
  const turns = await flatMapInSlices(byTurn, setImmediate, (all) => turnOf(id, all) ?? []);
  return sortInSlices(turns, setImmediate, (a, b) => a.start_ms - b.start_ms);
}

/** One turn of a session, joined from all of its segments; undefined for an unknown turn. */
export function turnNamed(
  { id, segments }: Pick<SessionRecord, 'id' | 'segments'>,
  turnId: string | null,
): ConversationTurn | undefined {
  return turnOf(
    id,
    segments.filter(({ turn_id }) => turn_id === turnId),
  );
}

function turnOf(sessionId: string, unordered: readonly AudioSegment[]): ConversationTurn | undefined {
  const segments = unordered.toSorted((a, b) => a.part - b.part || a.start_frame - b.start_frame);
  const [first] = segments;
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    turn_id: first.turn_id,
    role: first.role,
    start_ms: first.start_ms,
    end_ms: last.end_ms,
    started_at: first.started_at,
    ended_at: last.ended_at,
    duration_ms: segments.reduce((sum, { start_ms, end_ms }) => sum + end_ms - start_ms, 0),
    interrupted: segments.some(({ interrupted }) => interrupted),
    bleed: segments.every(({ bleed }) => bleed),
    segments: segments.map(({ segment_id, part, start_ms, end_ms }) => ({
      segment_id,
      part,
      start_ms,
      end_ms,
      audio_url: segmentPath(sessionId, segment_id),
    })),
  };
}

function lineOfText(entry: TranscriptEntry, turn: ConversationTurn | undefined): ConversationLine {
  const { id, original, ...rest } = entry;
  return {
    ...rest,
    transcript_id: id,
    ...(original === undefined ? {} : { original }),
    interrupted: entry.interrupted || turn?.interrupted === true,
    start_ms: entry.start_ms ?? turn?.start_ms ?? null,
    end_ms: entry.end_ms ?? turn?.end_ms ?? null,
    audio_url: turn?.segments[0]?.audio_url ?? null,
    duration_ms: turn?.duration_ms ?? null,
  };
}

function lineOfTurn(turn: ConversationTurn): ConversationLine {
  const { turn_id, role, interrupted, start_ms, end_ms, duration_ms } = turn;
  return {
    turn_id,
    transcript_id: null,
    role,
    speaker: null,
    text: null,
    words: null,
    source: null,
    interrupted,
    occurred_at: turn.started_at,
    start_ms,
    end_ms,
    audio_url: turn.segments[0]?.audio_url ?? null,
    duration_ms,
  };
}

/** In order of position. Text with nothing but a time of day goes where the recording was at that time. */
async function inOrder(
  session: SessionRecord,
  lines: readonly ConversationLine[],
): Promise<ConversationLine[]> {
  const placed = await flatMapInSlices(lines, setImmediate, (line) => ({
    line,
    atMs: line.start_ms ?? positionAt(session, line.occurred_at),
  }));
  const ordered = await sortInSlices(
    placed,
    setImmediate,
    (a, b) => a.atMs - b.atMs || compare(a.line.occurred_at, b.line.occurred_at),
  );
  return ordered.map(({ line }) => line);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
