import { basename, dirname } from 'node:path';
import { sampleRateOf, type RecordingFile, type SessionRecord } from '../contract/session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { isUnfinishedMaster, parseFoundName } from '../files/found-name.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { findWavLayout } from '../files/wav-reader.ts';
import { pathOf } from './found-files.ts';
import type { FoundMaster } from './examined-master.ts';

/** The WAVs of a cut-off session that must be examined in full. Rejects where the disk cannot say. */
export async function findMasters(
  session: SessionRecord,
  folders: readonly string[],
): Promise<FoundMaster[]> {
  return [...(await findUnaccounted(session, folders)), ...(await findPoorer(session, folders))];
}

async function findUnaccounted(session: SessionRecord, folders: readonly string[]): Promise<FoundMaster[]> {
  const found: FoundMaster[] = [];
  for (const folder of folders)
    for (const name of (await listFiles(folder)).files)
      if (isUnaccounted(session, name)) found.push({ folder, name });
  return found;
}

/**
 * Finished masters that are smaller than their rows say or have a damaged header. They were damaged later, and are
 * put in order like unfinished ones.
 */
async function findPoorer(session: SessionRecord, folders: readonly string[]): Promise<FoundMaster[]> {
  const found: FoundMaster[] = [];
  for (const file of session.imported === null ? session.files : []) {
    const name = basename(file.file_path);
    if (!file.master || file.status !== 'completed' || parsePartFileName(name) === undefined) continue;
    const path = await pathOf(file, folders);
    if (path !== undefined && (await isPoorer(path, file, sampleRateOf(session, file.part))))
      found.push({ folder: dirname(path), name });
  }
  return found;
}

async function isPoorer(path: string, { byte_size }: RecordingFile, sampleRate: number): Promise<boolean> {
  if ((await statBytes(path)) < byte_size) return true;
  const layout = await findWavLayout(path);
  if (layout === undefined) return true;
  return layout.sampleRate !== sampleRate || layout.declaredDataBytes > layout.dataBytes + 4;
}

/** True for an unfinished WAV, and for one with its final name whose writer died before it wrote down the length. */
function isUnaccounted(session: SessionRecord, name: string): boolean {
  if (isUnfinishedMaster(name)) return true;
  const found = parseFoundName(name);
  if (found === undefined || found.isPutAway) return false;
  const { parsed } = found;
  const known = session.files.find((file) => basename(file.file_path) === name);
  if (parsed.extension !== 'wav') return false;
  return known === undefined ? parsed.variant === undefined : known.status === 'recording';
}
