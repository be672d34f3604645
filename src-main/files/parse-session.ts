import { basename } from 'node:path';
import { SESSION_BOUNDS } from '../contract/folder-bounds.ts';
import {
  sessionFileSchema,
  type PartRecord,
  type RecordingFile,
  type SessionRecord,
} from '../contract/session-record.ts';
import { clipJson } from './clip-json.ts';
import { filePathIn } from './session-folder.ts';

/** Above it, a number can no longer be incremented exactly. */
const MAX_REVISION = 1e12;

export interface ParsedSession {
  readonly session: SessionRecord;
  /** What was left out, in short phrases; empty where nothing was. */
  readonly cut: readonly string[];
}

/**
 * Parses the text of a `session.json` from any source; undefined where it is not a session, or not the one with `id`.
 * Texts and lists are cut to the allowed sizes, and all files lie in the session's own folder.
 */
export function parseSession(text: string, id?: string): ParsedSession | undefined {
  try {
    const { value, cut } = clipJson(JSON.parse(text), SESSION_BOUNDS);
    const session = sessionFileSchema.safeParse(value).data?.session;
    if (session === undefined || (id !== undefined && session.id !== id)) return undefined;
    const parsed = inOwnFolder(session);
    return { session: parsed.session, cut: [...cut, ...parsed.cut] };
  } catch {
    return undefined;
  }
}

function inOwnFolder(session: SessionRecord): ParsedSession {
  const { id, imported, revision } = session;
  const files = uniqueBy(session.files.flatMap(placeIn(id)), ({ file_path }) => file_path);
  const kept = uniqueBy((imported?.kept ?? []).flatMap(placeIn(id)), ({ file_path }) => file_path);
  const parts = uniqueBy(session.parts, ({ part }) => part);
  const segments = uniqueBy(session.segments, ({ segment_id }) => segment_id);
  const foreignTurns = segments.filter(({ file }) => file !== null && !isPlain(file)).length;
  const lost = (name: string, count: number): string[] =>
    count > 0 ? [`${name} that cannot be in its folder, or twice: ${count} left out`] : [];
  return {
    session: {
      ...session,
      revision: Math.min(revision, MAX_REVISION),
      tracks: [...new Set(session.tracks)],
      record: session.record && [...new Set(session.record)],
      parts: parts.map(withUniqueTracks),
      files: files.map(withoutForeignAddress),
      imported: imported && { ...imported, faults: [...new Set(imported.faults)], kept },
      segments: segments.map((segment) =>
        segment.file === null || isPlain(segment.file) ? segment : { ...segment, file: null },
      ),
    },
    cut: [
      ...lost('files', session.files.length - files.length + (imported?.kept.length ?? 0) - kept.length),
      ...lost('parts', session.parts.length - parts.length),
      ...lost('turns', session.segments.length - segments.length),
      ...lost('files of turns', foreignTurns),
    ],
  };
}

function isPlain(name: string): boolean {
  return filePathIn('', name) !== undefined;
}

/** A file lies in the session's folder, whatever folder the text says: only the name in its path counts. */
function placeIn(id: string) {
  return <File extends { readonly file_path: string }>(file: File): File[] => {
    const name = basename(file.file_path);
    return isPlain(name) ? [{ ...file, file_path: `${id}/${name}` }] : [];
  };
}

/** The URL of a file is set by the code that lists it. */
function withoutForeignAddress({ sha256, ...file }: RecordingFile): RecordingFile {
  return { ...file, url: '', ...(sha256 !== undefined && /^[0-9a-f]{64}$/i.test(sha256) ? { sha256 } : {}) };
}

function withUniqueTracks(part: PartRecord): PartRecord {
  if (part.report === undefined) return part;
  return { ...part, report: { ...part.report, tracks: uniqueBy(part.report.tracks, ({ track }) => track) } };
}

/** The first of several items with the same key. */
function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => unknown): T[] {
  const known = new Set<unknown>();
  return items.filter((item) => {
    const key = keyOf(item);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}
