import { cutText } from '../contract/cut-text.ts';
import type { Track } from '../contract/audio-format.ts';
import { MAX_TRANSCRIPT_CHARACTERS, type Transcript, type TranscriptEntry } from '../contract/transcript.ts';
import type { SpeakerTurn } from '../transcribe/formats/parse-rttm.ts';
import type { PlacedText } from './place-text.ts';
import { labelText, severalSpeakers, type LabelledText } from './voices.ts';
import type { SpeechStretch, SpokenTurn } from './speech-plan.ts';

/** The text of one stretch. */
export interface RecognisedStretch {
  readonly stretch: SpeechStretch;
  readonly texts: readonly PlacedText[];
}

/**
 * The text of one side as entries: one for each turn and speaker, or for each piece of text where turns are unknown.
 */
export function entriesOf(
  role: Track,
  recognised: readonly RecognisedStretch[],
  speakers: readonly SpeakerTurn[],
  newId: () => string,
): TranscriptEntry[] {
  const voices = severalSpeakers(speakers);
  const said = recognised.flatMap(({ stretch, texts }) =>
    texts.flatMap((text) => labelText(text, voices)).map((text) => ({ stretch, text })),
  );
  const groups: { turn: SpokenTurn | null; stretch: SpeechStretch; texts: LabelledText[] }[] = [];
  for (const { stretch, text } of said) {
    const group = groups.at(-1);
    const continues =
      group !== undefined &&
      group.turn !== null &&
      group.turn.turnId === stretch.turn?.turnId &&
      group.texts[0]?.speaker === text.speaker;
    if (continues) group.texts.push(text);
    else groups.push({ turn: stretch.turn, stretch, texts: [text] });
  }
  const perTurn = new Map<string, number>();
  for (const { turn } of groups)
    if (turn !== null) perTurn.set(turn.turnId, (perTurn.get(turn.turnId) ?? 0) + 1);

  return groups.map(({ turn, stretch, texts }) => {
    const startMs = texts[0]?.start_ms ?? stretch.startMs;
    const endMs = texts.at(-1)?.end_ms ?? startMs;
    // A turn with a single entry gives it the turn's bounds; part of a turn has the bounds of its words.
    const isWhole = turn !== null && perTurn.get(turn.turnId) === 1;
    const words = texts.every((text) => text.words !== null)
      ? texts.flatMap((text) => [...(text.words ?? [])])
      : null;
    return {
      id: newId(),
      turn_id: turn?.turnId ?? null,
      role,
      speaker: texts[0]?.speaker ?? null,
      text: cutText(texts.map(({ text }) => text).join(' '), MAX_TRANSCRIPT_CHARACTERS),
      interrupted: turn?.interrupted ?? false,
      occurred_at: isWhole ? turn.startedAt : timeAt(stretch, startMs),
      start_ms: isWhole ? turn.startMs : startMs,
      end_ms: isWhole ? turn.endMs : endMs,
      words,
      source: 'recogniser',
    };
  });
}

function timeAt(stretch: SpeechStretch, ms: number): string {
  return new Date(Date.parse(stretch.startedAt) + Math.round(ms - stretch.startMs)).toISOString();
}

export interface MergeOptions {
  /** The sides that were recognised. */
  readonly roles: readonly Track[];
  /** Keeps live text, and drops recognised text of the same turns. */
  readonly keepLive: boolean;
}

/**
 * Merges a recogniser's new text into a transcript. Text that a person edited or imported stays, and nothing is added
 * beside it. Older recognised text is removed. Live text is removed where its turn was recognised, unless `keepLive` is
 * set.
 */
export function mergeRecognised(
  transcript: Transcript,
  fresh: readonly TranscriptEntry[],
  { roles, keepLive }: MergeOptions,
): Transcript {
  const others = transcript.entries.filter(
    ({ source, role }) => source !== 'recogniser' || !roles.includes(role),
  );
  const isChosen = ({ source }: TranscriptEntry): boolean => source !== 'live' || keepLive;
  const chosen = others.filter(isChosen);
  const added = fresh.filter((entry) => !chosen.some((known) => saysTheSame(known, entry)));
  const kept = others.filter((known) => isChosen(known) || !added.some((entry) => saysTheSame(known, entry)));
  return {
    ...transcript,
    entries: [...kept, ...added].toSorted((a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at)),
  };
}

/** True for text of the same turn; where a turn is unknown, for text of mostly the same time. */
function saysTheSame(known: TranscriptEntry, recognised: TranscriptEntry): boolean {
  if (known.role !== recognised.role) return false;
  if (known.turn_id !== null && recognised.turn_id !== null) return known.turn_id === recognised.turn_id;
  if (known.start_ms === null || known.end_ms === null) return false;
  if (recognised.start_ms === null || recognised.end_ms === null) return false;
  const common = Math.min(known.end_ms, recognised.end_ms) - Math.max(known.start_ms, recognised.start_ms);
  const shorter = Math.min(known.end_ms - known.start_ms, recognised.end_ms - recognised.start_ms);
  return shorter === 0 ? common >= 0 : common > shorter / 2;
}
