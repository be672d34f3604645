import { speakerLabel, type TimedText } from './timed-text.ts';

/** `ANN: `, `Ann Lee: `, `SPEAKER_01: `, `>> ANN: `: at most four words, the first with a capital. */
const PREFIX =
  /^(?:>>\s*)?(\p{Lu}[\p{L}\p{M}\p{N}_.'’-]{0,30}(?: [\p{L}\p{N}][\p{L}\p{M}\p{N}_.'’-]{0,30}){0,3}):\s+(?=\S)/u;

/** True for text that may look like a speaker's name followed by what was said. */
export function hasSpeakerPrefix(text: string): boolean {
  return PREFIX.test(text);
}

/**
 * Takes names in front of texts as speakers, where a file clearly uses them: in at least two lines and half of all,
 * with fewer names than lines unless there are two. Elsewhere "Note: bring it" is text.
 */
export function withPrefixesAsSpeakers(pieces: readonly TimedText[]): TimedText[] {
  if (pieces.some(({ speaker }) => speaker !== null)) return [...pieces];
  const names = pieces.map(({ text }) => PREFIX.exec(text)?.[1]);
  const named = names.filter((name) => name !== undefined);
  const distinct = new Set(named).size;
  if (named.length < 2 || named.length * 2 < pieces.length || distinct > Math.max(2, named.length / 2))
    return [...pieces];
  return pieces.map((piece, index) => {
    const name = names[index];
    if (name === undefined) return piece;
    return { ...piece, speaker: speakerLabel(name), text: piece.text.replace(PREFIX, '') };
  });
}
