import type { Track } from '../contract/audio-format.ts';
import type { Transcript, TranscriptEntry, TranscriptWord } from '../contract/transcript.ts';
import type { SpeakerTurn } from '../transcribe/formats/parse-rttm.ts';
import { type PlacedText, splitByWords } from './place-text.ts';

/** Text with its speaker; null where there is only one voice, or the speaker is unknown. */
export interface LabelledText extends PlacedText {
  readonly speaker: string | null;
}

/**
 * Assigns text to speakers; cuts it where the voice changes between words. Text without times for words goes to the one
 * who spoke longest.
 */
export function labelText(text: PlacedText, turns: readonly SpeakerTurn[]): LabelledText[] {
  if (text.words === null || text.words.length === 0)
    return [{ ...text, speaker: longestSpeaker(turns, text.start_ms, text.end_ms) }];
  return splitByWords(text.text, text.words, (word: TranscriptWord) =>
    longestSpeaker(turns, word.start_ms, word.end_ms),
  ).map(({ slot: speaker, words, text: spelt }) => ({
    text: spelt,
    start_ms: words[0]?.start_ms ?? text.start_ms,
    end_ms: words.at(-1)?.end_ms ?? text.end_ms,
    words,
    speaker,
  }));
}

/** Who spoke longest in a stretch; where nobody did, who spoke nearest to it. */
export function longestSpeaker(turns: readonly SpeakerTurn[], startMs: number, endMs: number): string | null {
  const spoken = new Map<string, number>();
  let nearest: { speaker: string; distance: number } | undefined;
  for (const turn of turns) {
    const overlap = Math.min(endMs, turn.end_ms) - Math.max(startMs, turn.start_ms);
    if (overlap > 0) spoken.set(turn.speaker, (spoken.get(turn.speaker) ?? 0) + overlap);
    if (nearest === undefined || -overlap < nearest.distance)
      nearest = { speaker: turn.speaker, distance: -overlap };
  }
  const [longest] = [...spoken].toSorted(([, a], [, b]) => b - a);
  return longest?.[0] ?? nearest?.speaker ?? null;
}

/** No labels where there is only one voice: its role is enough. */
export function severalSpeakers(turns: readonly SpeakerTurn[]): readonly SpeakerTurn[] {
  return new Set(turns.map(({ speaker }) => speaker)).size > 1 ? turns : [];
}

/** The labels that diarizers give to speakers without names. */
const NAMELESS = /^(?:speaker|spk|s)?[\s_-]*(?:\d+|[a-z])$/i;

/** A person's name says more than the role, even for a single voice. */
function namedSpeakers(turns: readonly SpeakerTurn[]): readonly SpeakerTurn[] {
  const several = severalSpeakers(turns);
  return several.length > 0 ? several : turns.filter(({ speaker }) => !NAMELESS.test(speaker));
}

/**
 * A transcript with speakers assigned by a diarizer. Recognised text is cut where the voice changes; text that a person
 * wrote or imported stays in one piece. Text without times stays as it is.
 */
export function labelEntries(
  transcript: Transcript,
  turns: readonly SpeakerTurn[],
  role: Track | undefined,
  newId: () => string,
): Transcript {
  const voices = namedSpeakers(turns);
  const entries = transcript.entries.flatMap((entry): TranscriptEntry[] => {
    const { start_ms, end_ms } = entry;
    if ((role ?? entry.role) !== entry.role || start_ms === null || end_ms === null) return [entry];
    const words = entry.source === 'recogniser' ? entry.words : null;
    const labelled = labelText({ text: entry.text, start_ms, end_ms, words }, voices);
    const [first, ...others] = labelled;
    if (first === undefined || others.length === 0) return [{ ...entry, speaker: first?.speaker ?? null }];
    return labelled.map((part, index) => ({
      ...entry,
      ...part,
      id: index === 0 ? entry.id : newId(),
      occurred_at: new Date(
        Date.parse(entry.occurred_at) + Math.round(part.start_ms - start_ms),
      ).toISOString(),
    }));
  });
  return { ...transcript, entries };
}
