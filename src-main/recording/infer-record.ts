import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { parsePartFileName, type PartFileName } from '../files/session-folder.ts';
import { readWavLayout } from '../files/wav-reader.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { nameSession } from './name-session.ts';

/** A session from nothing but its audio: a folder whose `session.json` is gone. Undefined where there is no audio. */
export async function inferRecord(id: string, folder: string): Promise<SessionRecord | undefined> {
  const found: { name: string; parsed: PartFileName }[] = [];
  for (const entry of (await readdir(folder)).toSorted()) {
    const name = basename(entry, PARTIAL_SUFFIX);
    const parsed = parsePartFileName(name);
    if (parsed?.extension === 'wav') found.push({ name: entry, parsed });
  }
  const [first] = found;
  if (first === undefined) return undefined;
  const layout = await layoutOf(join(folder, first.name));
  const startedAtMs = first.parsed.unixSeconds * 1000;
  const files: RecordingFile[] = [];
  for (const { name, parsed } of found.filter((candidate) => !candidate.name.endsWith(PARTIAL_SUFFIX))) {
    const { size } = await stat(join(folder, name));
    const wav = await layoutOf(join(folder, name));
    files.push({
      type: parsed.type,
      format: 'wav',
      file_path: `${id}/${name}`,
      url: '',
      byte_size: size,
      duration_ms: wav === undefined ? 0 : (wav.dataBytes / (2 * wav.channels) / wav.sampleRate) * 1000,
      part: parsed.part,
      master: parsed.variant === undefined,
      gain: 1,
      status: 'completed',
    });
  }
  const tracks = [...new Set(found.map(({ parsed }) => parsed.type))].filter((type) => type !== 'mixed');
  return {
    id,
    revision: 0,
    title: nameSession(startedAtMs),
    notes: '',
    status: 'recording',
    started_at: new Date(startedAtMs).toISOString(),
    ended_at: null,
    format: 'wav',
    sample_rate: layout?.sampleRate ?? 16_000,
    channels: layout?.channels ?? 1,
    encoding: 'pcm_s16le',
    tracks: tracks.length === 0 ? ['user'] : tracks,
    gain: 1,
    encoder: null,
    duration_seconds: files.reduce((sum, file) => sum + (file.master ? file.duration_ms / 1000 : 0), 0),
    fallback_dir: null,
    recovered: null,
    parts: [],
    files,
    markers: [],
    segments: [],
  };
}

async function layoutOf(path: string) {
  const file = await open(path, 'r');
  try {
    return await readWavLayout(file).catch(() => undefined);
  } finally {
    await file.close();
  }
}
