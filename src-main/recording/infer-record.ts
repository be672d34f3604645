import { join } from 'node:path';
import type { WavLayout } from '../audio/wav-layout.ts';
import { compareTypes } from '../contract/audio-format.ts';
import { newSessionRecord } from '../contract/new-session-record.ts';
import type { PartRecord, RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { statRegularFile } from '../disk/regular-file.ts';
import type { WavShape } from '../files/master-header.ts';
import { isUnfinishedMaster, parseFoundName } from '../files/found-name.ts';
import { parsePartFileName, type PartFileName } from '../files/session-folder.ts';
import { findWavLayout } from '../files/wav-reader.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { inferFromCopies } from './infer-copies.ts';
import { tracksOfTypes } from './mixed-tracks.ts';
import { nameSession } from './name-session.ts';
import { withParts } from './record-changes.ts';

interface FoundWav {
  readonly name: string;
  readonly parsed: PartFileName;
  readonly byteSize: number;
  /** Undefined where the file has no readable header. */
  readonly layout: WavLayout | undefined;
}

export interface InferredRecord {
  readonly record: SessionRecord;
  /**
   * The shape of the latest WAV with a readable header. Undefined where there is none; the record's shape is then a
   * guess.
   */
  readonly shape: WavShape | undefined;
}

/**
 * A record made from the audio alone, for a folder whose `session.json` is gone. Undefined where there is no audio.
 * Rejects where a file cannot be read.
 */
export async function inferRecord(id: string, folder: string): Promise<InferredRecord | undefined> {
  const found = await findWavs(folder);
  const [first] = found;
  if (first === undefined) {
    const record = await inferFromCopies(id, folder);
    return record && { record, shape: undefined };
  }
  const finished = found.filter(
    ({ name }) => !name.endsWith(PARTIAL_SUFFIX) && parsePartFileName(name) !== undefined,
  );
  const startedAtMs = first.parsed.unixSeconds * 1000;
  const types = [...new Set(found.map(({ parsed }) => parsed.type))].toSorted(compareTypes);
  // A session has the rate of its latest take.
  const latest = found.findLast(({ layout }) => layout !== undefined)?.layout;
  const record = newSessionRecord({
    id,
    title: nameSession(startedAtMs),
    status: 'recording',
    started_at: new Date(startedAtMs).toISOString(),
    format: 'wav',
    sample_rate: latest?.sampleRate ?? 16_000,
    channels: latest?.channels ?? 1,
    encoding: 'pcm_s16le',
    tracks: tracksOfTypes(types),
    record: types,
    files: finished.map((wav) => fileOf(id, wav)),
  });
  const shape = latest && { sampleRate: latest.sampleRate, channels: latest.channels };
  return { record: withParts(record, partsOf(finished)), shape };
}

/** In the order in which they were recorded: by take, and within it by part. */
async function findWavs(folder: string): Promise<FoundWav[]> {
  const found: FoundWav[] = [];
  for (const name of (await listFiles(folder)).files) {
    const own = parseFoundName(name);
    const isFound = own?.parsed.extension === 'wav' && !own.isPutAway;
    if (!isFound && !isUnfinishedMaster(name)) continue;
    const path = join(folder, name);
    const stats = await statRegularFile(path);
    if (stats === undefined) continue;
    const parsed = own?.parsed ?? unknownName(stats.mtimeMs);
    found.push({ name, parsed, byteSize: stats.size, layout: await findWavLayout(path) });
  }
  return found.toSorted(
    (a, b) => a.parsed.unixSeconds - b.parsed.unixSeconds || a.parsed.part - b.parsed.part,
  );
}

/** For a file with an unknown name, its last change is the only hint about when it was recorded. */
function unknownName(lastWrittenMs: number): PartFileName {
  return { type: 'user', unixSeconds: Math.floor(lastWrittenMs / 1000), part: 1, extension: 'wav' };
}

function fileOf(id: string, wav: FoundWav): RecordingFile {
  return {
    type: wav.parsed.type,
    format: 'wav',
    file_path: `${id}/${wav.name}`,
    url: '',
    byte_size: wav.byteSize,
    duration_ms: secondsOf(wav) * 1000,
    part: wav.parsed.part,
    master: isMaster(wav),
    gain: 1,
    status: 'completed',
  };
}

/** Tracks run side by side, so a part is as long as its longest master. */
function partsOf(wavs: readonly FoundWav[]): PartRecord[] {
  const parts: PartRecord[] = [];
  let take: number | undefined;
  let startMs = 0;
  for (const part of new Set(wavs.filter(isMaster).map(({ parsed }) => parsed.part))) {
    const masters = wavs.filter((wav) => isMaster(wav) && wav.parsed.part === part);
    const [first] = masters;
    if (first === undefined) continue;
    if (first.parsed.unixSeconds !== take) startMs = first.parsed.unixSeconds * 1000;
    take = first.parsed.unixSeconds;
    const seconds = Math.max(...masters.map(secondsOf));
    const rate = masters.find(({ layout }) => layout !== undefined)?.layout?.sampleRate;
    parts.push({
      part,
      started_at: new Date(startMs).toISOString(),
      duration_seconds: seconds,
      ...(rate === undefined ? {} : { sample_rate: rate }),
    });
    startMs += seconds * 1000;
  }
  return parts;
}

function isMaster({ parsed }: FoundWav): boolean {
  return parsed.variant === undefined;
}

function secondsOf({ layout }: FoundWav): number {
  return layout === undefined ? 0 : layout.dataBytes / (2 * layout.channels) / layout.sampleRate;
}
