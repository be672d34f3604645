import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordingType, Track } from '../../../src-main/contract/audio-format.ts';
import { sampleRateOf, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import type { AudioLedger } from './audio-ledger.ts';
import type { SessionPlan } from './two-sides.ts';

/** What the last chunk and the copies' edges may differ by, and a block at each part's edge. */
const EDGE_SECONDS = 0.1;

/** Fails where listed files are not there, or hold less than was acknowledged and the session does not say so. */
export function verifyTold(
  session: SessionRecord,
  { plan, ledger, recordings, overwritten }: ToldContext,
): void {
  for (const { status, file_path } of session.files)
    if (status === 'completed' && !existsSync(join(recordings, file_path)))
      throw new Error(`${file_path} is listed as completed, and is not there`);
  for (const type of ledger.types) {
    if (!(plan.record ?? ledger.types).includes(type)) continue;
    const missing = missingSeconds(session, type, { plan, ledger, recordings, overwritten });
    const told = toldSeconds(session, type);
    if (missing > told + EDGE_SECONDS + untellable(session, type, plan))
      throw new Error(
        `the files listed of ${type} lack ${missing.toFixed(2)} s of what was acknowledged, ` +
          `and ${told.toFixed(2)} s are told (${session.status})`,
      );
  }
}

/** Where a side's file is gone, only the other side's tell how long it was: what it had beyond them, nothing tells. */
function untellable({ files }: SessionRecord, type: RecordingType, { chunks, tracks }: SessionPlan): number {
  const isThere = files.some((file) => file.master && file.type === type && file.status === 'completed');
  const endOf = (of: Track): number => (tracks.includes(of) ? (chunks.get(of)?.[1] ?? 0) / 10 : Infinity);
  return isThere || type === 'mixed'
    ? 0
    : Math.max(0, endOf(type) - Math.min(endOf('user'), endOf('assistant')));
}

export interface ToldContext {
  readonly plan: SessionPlan;
  readonly ledger: AudioLedger;
  readonly recordings: string;
  /** Blocks that were overwritten in the middle of a master, which nothing tells: for each type 1 for such a block. */
  readonly overwritten: ReadonlyMap<RecordingType, Uint8Array>;
}

/** Seconds of a type that no listed file has. */
function missingSeconds(session: SessionRecord, type: RecordingType, context: ToldContext): number {
  const { plan, ledger, recordings, overwritten } = context;
  const listed = session.files.filter((file) => file.type === type && file.status === 'completed');
  const masters = listed.filter((file) => file.format === 'wav');
  const wavs = session.files.filter(({ format, status }) => format === 'wav' && status === 'completed');
  const found = ledger.findIn(
    Buffer.concat(wavs.map(({ file_path }) => readFileSync(join(recordings, file_path)))),
  );
  const isThere = (of: RecordingType, index: number): boolean => found.get(of)?.[index] !== 0;
  const unknowable = type === 'mixed' ? [...overwritten.values()] : [overwritten.get(type)];
  const gone = [...(found.get(type)?.keys() ?? [])].filter(
    (index) =>
      !isThere(type, index) &&
      // A mix that ends a little before both of its sides has lost nothing that they have not.
      !(type === 'mixed' && plan.tracks.every((track) => isThere(track, index))) &&
      !unknowable.some((blocks) => blocks?.[index] === 1),
  );
  const copied = session.parts.reduce((sum, { part }) => {
    const longest = (files: typeof listed): number =>
      Math.max(0, ...files.filter((file) => file.part === part).map(({ duration_ms }) => duration_ms / 1000));
    return sum + Math.max(0, longest(listed) - longest(masters));
  }, 0);
  return (gone.length * ledger.blockFrames) / plan.sampleRate - copied;
}

/** Seconds that the session says, in any of its ways, are not there. */
function toldSeconds(session: SessionRecord, type: RecordingType): number {
  if (session.status === 'failed') return Infinity;
  let inReports = 0;
  for (const { part, report } of session.parts)
    for (const { track, expected, captured } of report?.tracks ?? [])
      if (type === 'mixed' || track === type)
        inReports += (expected - captured) / sampleRateOf(session, part);
  // Of a file that was finished before it was damaged.
  const since = session.files
    .filter((file) => file.type === type)
    .reduce((sum, file) => {
      const isGone = file.status === 'missing' || file.status === 'failed';
      return sum + (isGone ? file.duration_ms : (file.shorter_ms ?? 0)) / 1000;
    }, 0);
  const atMost = session.recovered?.lost_seconds_at_most ?? 0;
  // A mix has lost what either side has, and what the crash took of it itself.
  return (type === 'mixed' ? atMost + inReports : Math.max(atMost, inReports)) + since;
}
