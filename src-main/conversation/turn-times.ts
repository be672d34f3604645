import type { Catalog } from '../catalog/catalog.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { Transcript } from '../contract/transcript.ts';
import { placeLines } from './place-lines.ts';
import type { TextPlaces } from './text-places.ts';

/**
 * Lines of one turn that share its time. Nobody says more in one turn, and all of them are rewritten for each new line.
 */
const MAX_PLACED_LINES = 500;

/** Gives live lines times within their turns. */
export interface TurnTimes {
  place(sessionId: string, turnId: string, segments: readonly AudioSegment[]): void;
  /** Notes a line that came after the end of its turn: the turn's lines must share its time again. */
  noteLate(sessionId: string, turnId: string, segments: readonly AudioSegment[]): void;
  /** Gives times to the noted lines. */
  placeLate(sessionId: string): void;
}

export function createTurnTimes(
  catalog: Pick<Catalog, 'transcriptOfTurn' | 'putTranscript'>,
  places: TextPlaces,
): TurnTimes {
  const late = new Map<string, Map<string, readonly AudioSegment[]>>();

  const place: TurnTimes['place'] = (sessionId, turnId, segments) => {
    places.keep(sessionId, {
      writeNew() {
        const lines = catalog.transcriptOfTurn(sessionId, turnId);
        if (lines.length > 0 && lines.length <= MAX_PLACED_LINES)
          catalog.putTranscript(sessionId, placeLines(lines, segments));
      },
      change: (transcript) => placedIn(transcript, segments),
    });
  };

  return {
    place,
    noteLate(sessionId, turnId, segments) {
      const turns = late.get(sessionId) ?? new Map<string, readonly AudioSegment[]>();
      late.set(sessionId, turns.set(turnId, segments));
    },
    placeLate(sessionId) {
      const turns = late.get(sessionId);
      late.delete(sessionId);
      for (const [turnId, segments] of turns ?? []) place(sessionId, turnId, segments);
    },
  };
}

function placedIn(transcript: Transcript, segments: readonly AudioSegment[]): Transcript {
  const turnId = segments[0]?.turn_id;
  if (turnId === undefined) return transcript;
  const lines = transcript.entries.filter(({ turn_id }) => turn_id === turnId);
  if (lines.length > MAX_PLACED_LINES) return transcript;
  const placed = new Map(placeLines(lines, segments).map((entry) => [entry.id, entry]));
  return { ...transcript, entries: transcript.entries.map((entry) => placed.get(entry.id) ?? entry) };
}
