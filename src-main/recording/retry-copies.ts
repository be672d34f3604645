import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { masterOf, pathOf } from './found-files.ts';
import { mixedTracks } from './mixed-tracks.ts';

/**
 * The session with missing copies and mixes marked to be made again, as after a full disk: those whose sources exist.
 * The same session where there are none.
 */
export async function withRetries(
  session: SessionRecord,
  folders: readonly string[],
): Promise<SessionRecord> {
  const again = new Set<RecordingFile>();
  // A copy of a mix waits for the mix.
  const mixesFirst = session.files.toSorted((a, b) => Number(b.master) - Number(a.master));
  for (const file of mixesFirst)
    if (file.status === 'failed' && (await isMakeable(file, session, folders, again))) again.add(file);
  if (again.size === 0) return session;
  return {
    ...session,
    files: session.files.map((file) => (again.has(file) ? { ...file, status: 'recording' } : file)),
  };
}

async function isMakeable(
  file: RecordingFile,
  session: SessionRecord,
  folders: readonly string[],
  again: ReadonlySet<RecordingFile>,
): Promise<boolean> {
  const isThere = async (found: RecordingFile | undefined): Promise<boolean> =>
    found !== undefined && found.duration_ms > 0 && (await pathOf(found, folders)) !== undefined;
  const { type, part, master } = file;
  if (!master) {
    if ((await pathOf(file, folders)) !== undefined) return false;
    const isOfMix = [...again].some((mix) => mix.master && mix.part === part && mix.type === type);
    return isOfMix || isThere(masterOf(file, session));
  }
  if (type !== 'mixed') return false;
  for (const side of mixedTracks(session))
    if (!(await isThere(masterOf({ part, type: side }, session)))) return false;
  return true;
}
