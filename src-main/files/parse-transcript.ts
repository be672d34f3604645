import { TRANSCRIPT_BOUNDS } from '../contract/folder-bounds.ts';
import {
  MAX_SESSION_CHARACTERS,
  transcriptFileSchema,
  type Transcript,
  type TranscriptEntry,
} from '../contract/transcript.ts';
import { clipJson } from './clip-json.ts';

/** Above it, a number can no longer be incremented exactly. */
const MAX_REVISION = 1e12;

export interface ParsedTranscript {
  readonly transcript: Transcript;
  /** What was left out, in short phrases; empty where nothing was. */
  readonly cut: readonly string[];
}

/** Parses the text of a `transcript.json` from any source, cut to what a session allows. */
export function parseTranscript(text: string): ParsedTranscript | undefined {
  try {
    const { value, cut } = clipJson(JSON.parse(text), TRANSCRIPT_BOUNDS);
    const transcript = transcriptFileSchema.safeParse(value).data?.transcript;
    if (transcript === undefined) return undefined;
    const entries = admitted(transcript.entries);
    const leftOut = transcript.entries.length - entries.length;
    return {
      transcript: { ...transcript, revision: Math.min(transcript.revision, MAX_REVISION), entries },
      cut: [...cut, ...(leftOut > 0 ? [`lines too many, or twice: ${leftOut} left out`] : [])],
    };
  } catch {
    return undefined;
  }
}

/** The first lines, as far as a session has room for text; of two with the same id, the first. */
function admitted(entries: readonly TranscriptEntry[]): TranscriptEntry[] {
  const known = new Set<string>();
  let characters = 0;
  return entries.filter(({ id, text }) => {
    if (known.has(id) || characters + text.length > MAX_SESSION_CHARACTERS) return false;
    known.add(id);
    characters += text.length;
    return true;
  });
}
