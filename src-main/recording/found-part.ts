import { basename } from 'node:path';
import { sampleRateOf, type RecordingFile, type SessionRecord } from '../contract/session-record.ts';
import { parseFoundName } from '../files/found-name.ts';
import type { PartFileName } from '../files/session-folder.ts';
import { withCopiesAsEvidence } from './copy-as-evidence.ts';
import { withMixesAsEvidence } from './mix-as-evidence.ts';
import { withParts } from './record-changes.ts';
import { withTrack } from './recovered-part.ts';
import type { UnlistedName } from './unlisted-names.ts';

/** A file with the row that it gets. */
export interface FoundFile {
  readonly row: RecordingFile;
  /** Of a WAV; undefined for other files. */
  readonly sampleRate: number | undefined;
  readonly lastWrittenMs: number;
}

/**
 * The session with a row for an unlisted file. In a part that already has audio, only the row is added: as the master
 * where the track has none, else as a copy. A file of another part or take also adds that part, with a report made
 * from the file.
 * @param before the session without any of the unlisted files
 */
export function withFoundPart(
  session: SessionRecord,
  before: SessionRecord,
  { name, parsed }: UnlistedName,
  { row: file, sampleRate, lastWrittenMs }: FoundFile,
): SessionRecord {
  const part = partOf(session, parsed);
  const others = session.files.filter(({ file_path }) => basename(file_path) !== name);
  const hasMaster = others.some((one) => one.master && one.part === part && one.type === file.type);
  const row = { ...file, part, master: file.master && !hasMaster };
  const listed = { ...session, files: [...others, row] };
  if (heldSomething(before, part)) return listed;
  const rate = sampleRate ?? sampleRateOf(session, part);
  const begun = withPartBegun(listed, row, { parsed, lastWrittenMs, rate });
  return withDurationOf(withAccount(begun, row, rate, lastWrittenMs), before);
}

/**
 * The part's number for a file: the listed one where the session has a file of the same take and part, else the
 * number in the name, or a new number where another part has that.
 */
function partOf({ files, parts }: SessionRecord, parsed: PartFileName): number {
  const named = files.flatMap(({ file_path, part }) => {
    const found = parseFoundName(basename(file_path))?.parsed;
    return found === undefined ? [] : [{ ...found, listedPart: part }];
  });
  const isSame = (one: PartFileName): boolean =>
    one.unixSeconds === parsed.unixSeconds && one.part === parsed.part;
  const same = named.find(isSame);
  if (same !== undefined) return same.listedPart;
  const isOthers = named.some(({ listedPart }) => listedPart === parsed.part);
  if (!isOthers) return parsed.part;
  return 1 + Math.max(...[...files, ...parts].map(({ part }) => part));
}

/** True for a part with audio in its record. A part that was recorded as empty may have its file back. */
function heldSomething({ parts }: SessionRecord, part: number): boolean {
  return parts.some((known) => known.part === part && known.duration_seconds > 0);
}

interface Begun {
  readonly parsed: PartFileName;
  readonly lastWrittenMs: number;
  readonly rate: number;
}

/** Adds the part without any audio yet. A record of the part as empty is dropped. */
function withPartBegun(session: SessionRecord, row: RecordingFile, begun: Begun): SessionRecord {
  const { part, duration_ms } = row;
  if (heldSomething(session, part)) return session;
  const known = session.parts.find((candidate) => candidate.part === part);
  const { parsed, lastWrittenMs, rate } = begun;
  const takeMs = parsed.unixSeconds * 1000;
  // A take's first part begins with the take. For a later part, the file's last change less its length is the best
  // estimate.
  const startedMs = parsed.part === 1 ? takeMs : Math.max(takeMs, lastWrittenMs - duration_ms);
  const started_at = known?.started_at ?? new Date(startedMs).toISOString();
  const others = session.parts.filter((other) => other.part !== part);
  return withParts(session, [...others, { part, started_at, duration_seconds: 0, sample_rate: rate }]);
}

/** Adds what a file shows of its part: how much was captured, and how long the part is. */
function withAccount(
  session: SessionRecord,
  { part, type, master, duration_ms }: RecordingFile,
  sampleRate: number,
  lastWrittenMs: number,
): SessionRecord {
  const seconds = duration_ms / 1000;
  const nothingElse = { missingFrames: 0, zeroedFrames: 0, lastWrittenMs };
  const frames = Math.round(seconds * sampleRate);
  const parts = new Set([part]);
  const told =
    master && type !== 'mixed'
      ? withTrack(session, { track: type, part, sampleRate, frames, ...nothingElse }, NOTHING_EXPECTED)
      : withCopiesAsEvidence(withMixesAsEvidence(session, parts), parts);
  return {
    ...told,
    parts: told.parts.map((known) =>
      known.part === part ? { ...known, duration_seconds: Math.max(known.duration_seconds, seconds) } : known,
    ),
  };
}

const NOTHING_EXPECTED = { frames: 0, crashSeconds: 0 };

/** The earlier duration plus the seconds that parts have gained. */
function withDurationOf(session: SessionRecord, before: SessionRecord): SessionRecord {
  const added = session.parts.map(({ part, duration_seconds }) => {
    const known = before.parts.find((candidate) => candidate.part === part);
    return duration_seconds - (known?.duration_seconds ?? 0);
  });
  return {
    ...session,
    duration_seconds: added.reduce((sum, seconds) => sum + seconds, before.duration_seconds),
  };
}
