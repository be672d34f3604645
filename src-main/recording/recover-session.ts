import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CaptureReport, type Gap, leadingTrack } from '../contract/capture-report.ts';
import {
  sampleRateOf,
  type PartRecord,
  type RecordingFile,
  type SessionRecord,
} from '../contract/session-record.ts';
import { finishWav } from '../files/finish-wav.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { withParts } from './record-changes.ts';

/** What an encoder that was cut off, or a description half written, leaves behind. */
const LEFTOVER =
  /\.(mp4|mp3)\.partial$|\.encoding-[0-9a-f]{8}(\.txt)?$|\.repairing-\d+-[0-9a-f]{8}\.\w+$|^session\.json\.new$|^\.reserve$/;

/** A delivered copy that must be made again from its master. */
export interface UnfinishedDelivery {
  readonly file: RecordingFile;
  readonly masterPath: string;
  readonly finalPath: string;
}

export interface RecoveredSession {
  readonly session: SessionRecord;
  readonly deliveries: readonly UnfinishedDelivery[];
}

/** Masters that a crash left open are finished from what is in them; nothing is made up and nothing is dropped. */
export async function recoverMasters(
  record: SessionRecord,
  folders: readonly string[],
): Promise<RecoveredSession> {
  let session = record;
  for (const folder of folders)
    for (const name of (await readdir(folder)).toSorted())
      if (isUnaccounted(session, name)) session = await recoverMaster(session, folder, name);
  session = {
    ...session,
    files: await Promise.all(session.files.map((file) => settleFile(file, session, folders))),
  };
  const deliveries = unfinishedDeliveries(session, folders);
  const waiting = new Set(deliveries.map(({ file }) => file));
  const files = session.files.map((file): RecordingFile =>
    file.status === 'recording' && !waiting.has(file)
      ? { ...file, status: file.master ? 'missing' : 'failed' }
      : file,
  );
  return { session: { ...session, files }, deliveries };
}

/** Removes what live encoders left, once their copies have been made again or can no longer be. */
export async function removeLeftovers(folders: readonly string[]): Promise<void> {
  for (const folder of folders)
    for (const name of await readdir(folder)) {
      if (LEFTOVER.test(name)) await rm(join(folder, name), { force: true });
    }
}

/**
 * True for a WAV that nobody finished, and for one that was given its final name by a writer that died before it
 * could write down how long it is.
 */
function isUnaccounted(session: SessionRecord, name: string): boolean {
  if (name.endsWith(`.wav${PARTIAL_SUFFIX}`)) return true;
  const parsed = parsePartFileName(name);
  if (parsed?.extension !== 'wav') return false;
  const known = session.files.find((file) => basename(file.file_path) === name);
  return known === undefined ? parsed.variant === undefined : known.status === 'recording';
}

async function recoverMaster(
  session: SessionRecord,
  folder: string,
  foundName: string,
): Promise<SessionRecord> {
  const name = basename(foundName, PARTIAL_SUFFIX);
  const parsed = parsePartFileName(name);
  const { mtimeMs } = await stat(join(folder, foundName));
  const known = session.files.find((file) => basename(file.file_path) === name);
  const part = known?.part ?? parsed?.part ?? 1;
  const finished = await finishWav({
    partialPath: join(folder, foundName),
    finalPath: join(folder, name),
    sampleRate: sampleRateOf(session, part),
    channels: session.channels,
    cuePoints: (count) =>
      session.markers
        .filter((marker) => marker.part === part && marker.frame <= count)
        .map(({ frame, label }) => ({ frame, label })),
  });
  const type = known?.type ?? parsed?.type ?? 'user';
  const file: RecordingFile = {
    type,
    format: 'wav',
    file_path: `${session.id}/${name}`,
    url: '',
    byte_size: finished.byteSize,
    duration_ms: (finished.frames / finished.sampleRate) * 1000,
    part,
    master: known?.master ?? parsed?.variant === undefined,
    gain: known?.gain ?? 1,
    status: 'completed',
  };
  const files = [...session.files.filter((other) => basename(other.file_path) !== name), file];
  const recovered = { ...session, files };
  return file.master
    ? withRecoveredPart(recovered, part, type, { ...finished, lastWrittenMs: mtimeMs })
    : recovered;
}

interface RecoveredWav {
  readonly frames: number;
  readonly sampleRate: number;
  readonly lastWrittenMs: number;
}

/** The part's account from what is in its file: the gaps that were written down, and everything else captured. */
function withRecoveredPart(
  session: SessionRecord,
  part: number,
  track: RecordingFile['type'],
  { frames, sampleRate, lastWrittenMs }: RecoveredWav,
): SessionRecord {
  if (track === 'mixed') return session;
  const known = session.parts.find((candidate) => candidate.part === part);
  const gaps = (known?.report?.gaps ?? []).flatMap((gap) => {
    if (gap.track !== track) return [gap];
    const within = frames - gap.start_frame;
    if (gap.unfilled === true) return within >= 0 ? [gap] : [];
    return within > 0 ? [{ ...gap, frames: Math.min(gap.frames, within) }] : [];
  });
  const before = known?.report?.tracks.find((candidate) => candidate.track === track);
  const silence = framesOf(gaps, track, false) + (before?.unlisted?.frames ?? 0);
  const trackReport = {
    chunks_received: 0,
    chunks_rejected: 0,
    chunks_duplicated: 0,
    chunks_late: 0,
    clipped_samples: 0,
    ...before,
    clock: null,
    track,
    captured: Math.max(0, frames - silence),
    expected: frames + framesOf(gaps, track, true),
  };
  const tracks = [...(known?.report?.tracks ?? []).filter((other) => other.track !== track), trackReport];
  const { captured, expected } = tracks.reduce(leadingTrack);
  const report: CaptureReport = { captured, expected, gaps, tracks };
  const startedMs = lastWrittenMs - (frames / sampleRate) * 1000;
  const lengths = tracks.map((other) => other.expected - framesOf(gaps, other.track, true));
  const recovered: PartRecord = {
    part,
    started_at: known?.started_at ?? new Date(startedMs).toISOString(),
    duration_seconds: Math.max(...lengths) / sampleRate,
    sample_rate: sampleRate,
    report,
  };
  return withParts(session, [...session.parts.filter((other) => other.part !== part), recovered]);
}

function framesOf(gaps: readonly Gap[], track: Gap['track'], unfilled: boolean): number {
  return gaps
    .filter((gap) => gap.track === track && (gap.unfilled === true) === unfilled)
    .reduce((sum, gap) => sum + gap.frames, 0);
}

/** A delivery is renamed only when it is whole, so one that is there is finished and one that is not is not. */
async function settleFile(
  file: RecordingFile,
  session: SessionRecord,
  folders: readonly string[],
): Promise<RecordingFile> {
  const path = pathOf(file, folders);
  if (file.status !== 'recording' || path === undefined) return file;
  const master = masterOf(file, session);
  return {
    ...file,
    status: 'completed',
    byte_size: await statBytes(path),
    duration_ms: master?.duration_ms ?? file.duration_ms,
  };
}

function masterOf(file: RecordingFile, session: SessionRecord): RecordingFile | undefined {
  return session.files.find(
    (other) =>
      other.master && other.part === file.part && other.type === file.type && other.status === 'completed',
  );
}

function unfinishedDeliveries(session: SessionRecord, folders: readonly string[]): UnfinishedDelivery[] {
  return session.files.flatMap((file) => {
    if (file.master || file.status !== 'recording') return [];
    const master = masterOf(file, session);
    const masterPath = master === undefined ? undefined : pathOf(master, folders);
    if (masterPath === undefined || (master?.duration_ms ?? 0) === 0) return [];
    return [{ file, masterPath, finalPath: join(masterPath, '..', basename(file.file_path)) }];
  });
}

function pathOf(file: RecordingFile, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, basename(file.file_path))).find((path) => existsSync(path));
}
