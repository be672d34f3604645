import type { TranscriptPatch } from '../catalog/transcript-rows.ts';
import type { Transcript } from '../contract/transcript.ts';

/** Lines of one slice, which is one transaction: its lines and their words are indexed in some milliseconds. */
const MAX_LINES = 100;
const MAX_CHARACTERS = 64 * 1024;

/** The changed lines. Lines that are the same objects cost nothing. */
export function patchBetween(before: Transcript, after: Transcript): TranscriptPatch {
  const known = new Map(before.entries.map((entry) => [entry.id, entry]));
  const kept = new Set(after.entries.map(({ id }) => id));
  return {
    put: after.entries
      .filter((entry) => known.get(entry.id) !== entry)
      .map((entry) => ({ entry, before: known.get(entry.id) })),
    drop: before.entries.filter(({ id }) => !kept.has(id)),
    ...(after.speakers === before.speakers ? {} : { speakers: after.speakers }),
  };
}

/** Cuts a patch into slices, at least one. New lines come first, so that a crash does not lose old text. */
export function slicesOf({ put, drop = [], speakers }: TranscriptPatch): TranscriptPatch[] {
  const puts: TranscriptPatch['put'][number][][] = [[]];
  let characters = 0;
  for (const each of put) {
    const last = puts.at(-1) ?? [];
    if (last.length > 0 && (last.length >= MAX_LINES || characters >= MAX_CHARACTERS)) {
      puts.push([each]);
      characters = 0;
    } else last.push(each);
    characters += each.entry.text.length;
  }
  const slices: TranscriptPatch[] = puts.map((some, index) =>
    index === 0 ? { put: some, speakers } : { put: some },
  );
  for (let at = 0; at < drop.length; at += MAX_LINES)
    slices.push({ put: [], drop: drop.slice(at, at + MAX_LINES) });
  return slices;
}

/** The transcript with these slices. */
export function withPatches(transcript: Transcript, patches: readonly TranscriptPatch[]): Transcript {
  const put = new Map(patches.flatMap((patch) => patch.put).map(({ entry }) => [entry.id, entry]));
  const dropped = new Set(patches.flatMap(({ drop = [] }) => drop).map(({ id }) => id));
  const known = new Set(transcript.entries.map(({ id }) => id));
  return {
    ...transcript,
    speakers: patches.findLast(({ speakers }) => speakers !== undefined)?.speakers ?? transcript.speakers,
    entries: [
      ...transcript.entries.filter(({ id }) => !dropped.has(id)).map((entry) => put.get(entry.id) ?? entry),
      ...[...put.values()].filter(({ id }) => !known.has(id)),
    ],
  };
}
