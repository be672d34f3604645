import type { Track } from '../contract/audio-format.ts';
import type { Conversation, ConversationLine, SpeakerNames } from '../contract/transcript.ts';

type Voice = Pick<ConversationLine, 'role' | 'speaker'>;

/** The label of a side without names. */
const ROLE_NAMES: ReadonlyMap<Track, string> = new Map([
  ['user', 'Me'],
  ['assistant', 'Other side'],
]);

/**
 * The label of each line's speaker: a given name, else the diarizer's label, else the side. Null for all lines where
 * there is only one voice, without a name.
 */
export function speakerLabels({ lines, speakers }: Conversation): (line: Voice) => string | null {
  const voices = new Map(lines.map((line) => [keyOf(line), line]));
  const labels = new Map([...voices].map(([key, voice]) => [key, labelOf(voice, speakers)]));
  const bearers = new Map<string, number>();
  for (const label of labels.values()) bearers.set(label, (bearers.get(label) ?? 0) + 1);
  for (const [key, { role, speaker }] of voices) {
    const label = labels.get(key);
    // Both sides may have a SPEAKER_00.
    if (speaker !== null && label === speaker && (bearers.get(label) ?? 0) > 1)
      labels.set(key, `${roleName(role, speakers)}, ${speaker}`);
  }
  const named = voices.size > 1 || Object.keys(speakers).length > 0 || lines.some(({ speaker }) => speaker);
  return (line) => (named ? (labels.get(keyOf(line)) ?? labelOf(line, speakers)) : null);
}

/** A speaker's key in `speakerNamesSchema`. */
function keyOf({ role, speaker }: Voice): string {
  return speaker === null ? role : `${role}:${speaker}`;
}

function labelOf(voice: Voice, speakers: SpeakerNames): string {
  return nameOf(speakers, keyOf(voice)) ?? voice.speaker ?? roleName(voice.role, speakers);
}

function roleName(role: Track, speakers: SpeakerNames): string {
  return nameOf(speakers, role) ?? ROLE_NAMES.get(role) ?? role;
}

/** A track may have the name of a property that every object has. */
function nameOf(speakers: SpeakerNames, key: string): string | undefined {
  return Object.hasOwn(speakers, key) ? speakers[key] : undefined;
}
