import { join } from 'node:path';
import type { DeliveryFormat } from '../contract/audio-format.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { newSessionRecord } from '../contract/new-session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { measureSeconds } from '../encode/measure-seconds.ts';
import { parseFoundName, type FoundName } from '../files/found-name.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { tracksOfTypes } from './mixed-tracks.ts';
import { nameSession } from './name-session.ts';
import { withParts } from './record-changes.ts';

const FORMATS: readonly DeliveryFormat[] = ['mp4', 'mp3'];

interface FoundCopy extends FoundName {
  readonly name: string;
  readonly format: DeliveryFormat;
  readonly seconds: number;
}

/**
 * A record for a session with nothing left but its copies. Their measured length counts. Undefined where no copy has
 * audio.
 */
export async function inferFromCopies(id: string, folder: string): Promise<SessionRecord | undefined> {
  const copies = await findCopies(folder);
  const [first] = copies;
  if (first === undefined) return undefined;
  const startedAt = (copy: FoundCopy): string => new Date(copy.parsed.unixSeconds * 1000).toISOString();
  const files: RecordingFile[] = [];
  for (const copy of copies) files.push(await fileOf(id, folder, copy));
  const types = [...new Set(copies.map(({ parsed }) => parsed.type))];
  const record = newSessionRecord({
    id,
    title: nameSession(first.parsed.unixSeconds * 1000),
    status: 'recording',
    started_at: startedAt(first),
    format: first.format,
    sample_rate: 16_000,
    channels: 1,
    encoding: 'pcm_s16le',
    tracks: tracksOfTypes(types),
    record: types,
    files,
  });
  const parts = [...new Set(copies.map(({ parsed }) => parsed.part))].flatMap((part) => {
    const ofPart = copies.filter(({ parsed }) => parsed.part === part);
    const [copy] = ofPart;
    const seconds = Math.max(...ofPart.map((one) => one.seconds));
    return copy === undefined ? [] : [{ part, started_at: startedAt(copy), duration_seconds: seconds }];
  });
  return withParts(record, parts);
}

async function findCopies(folder: string): Promise<FoundCopy[]> {
  const found: FoundCopy[] = [];
  for (const name of (await listFiles(folder)).files) {
    const parsed = parseFoundName(name);
    const format = FORMATS.find((known) => known === parsed?.parsed.extension);
    if (parsed === undefined || format === undefined || parsed.isPutAway) continue;
    // A name with an addition before `.partial` does not show what the file was to become.
    if (parsed.isDecorated && name.endsWith(PARTIAL_SUFFIX)) continue;
    const seconds = await measureSeconds(join(folder, name));
    if (seconds > 0) found.push({ ...parsed, name, format, seconds });
  }
  return found.toSorted(
    (a, b) => a.parsed.unixSeconds - b.parsed.unixSeconds || a.parsed.part - b.parsed.part,
  );
}

async function fileOf(id: string, folder: string, copy: FoundCopy): Promise<RecordingFile> {
  const { name, ownName, format, parsed, seconds } = copy;
  const isFinished = !name.endsWith(PARTIAL_SUFFIX);
  return {
    type: parsed.type,
    format,
    file_path: `${id}/${isFinished ? name : ownName}`,
    url: '',
    byte_size: isFinished ? await statBytes(join(folder, name)) : 0,
    duration_ms: isFinished ? seconds * 1000 : 0,
    part: parsed.part,
    master: false,
    gain: 1,
    status: isFinished ? 'completed' : 'recording',
  };
}
