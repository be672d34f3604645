import {
  MAX_FILE_NAME_CHARACTERS,
  MAX_LABEL_CHARACTERS,
  MAX_NOTES_CHARACTERS,
  MAX_SESSION_FILES,
  MAX_SESSION_MARKERS,
  MAX_SESSION_PARTS,
  MAX_SESSION_SEGMENTS,
  MAX_SPEAKER_CHARACTERS,
  MAX_TITLE_CHARACTERS,
} from './limits.ts';
import { MAX_ENTRY_WORDS, MAX_SESSION_ENTRIES, MAX_TRANSCRIPT_CHARACTERS } from './transcript.ts';

/** The greatest sizes that are read from a JSON file in a session's folder, by key. */
export interface JsonBounds {
  /** UTF-16 code units of a text under this key. */
  readonly texts: Readonly<Record<string, number>>;
  readonly otherTexts: number;
  /** Items of a list, or keys of an object, under this key. */
  readonly lists: Readonly<Record<string, number>>;
  readonly otherLists: number;
}

/** For all keys that are not named below: a path, an address and a version line are shorter. */
const OTHER_TEXTS = 4000;

/** Bounds of `session.json`. Everything that a client may send and that the recorder writes is within them. */
export const SESSION_BOUNDS: JsonBounds = {
  texts: {
    title: MAX_TITLE_CHARACTERS,
    notes: MAX_NOTES_CHARACTERS,
    label: MAX_LABEL_CHARACTERS,
    name: MAX_FILE_NAME_CHARACTERS,
  },
  otherTexts: OTHER_TEXTS,
  lists: {
    parts: MAX_SESSION_PARTS,
    files: MAX_SESSION_FILES,
    markers: MAX_SESSION_MARKERS,
    segments: MAX_SESSION_SEGMENTS,
  },
  // The longest lists are a part's gaps and muted stretches: a thousand each, and those that recovery adds.
  otherLists: 10_000,
};

/** Of `transcript.json`. */
export const TRANSCRIPT_BOUNDS: JsonBounds = {
  texts: {
    text: MAX_TRANSCRIPT_CHARACTERS,
    original: MAX_TRANSCRIPT_CHARACTERS,
    speaker: MAX_SPEAKER_CHARACTERS,
    speakers: MAX_SPEAKER_CHARACTERS,
  },
  otherTexts: OTHER_TEXTS,
  lists: { entries: MAX_SESSION_ENTRIES, words: MAX_ENTRY_WORDS },
  otherLists: 10_000,
};
