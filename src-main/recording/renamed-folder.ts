import { basename, join, resolve } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { sampleRateOf, type RecordingFile, type SessionRecord } from '../contract/session-record.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { readSessionAccount, type ToldAccount } from '../files/session-account.ts';
import { SESSION_FILE_NAME } from '../files/session-file.ts';
import { setAside, statIfThere } from '../files/set-aside.ts';
import { findWavLayout } from '../files/wav-reader.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import type { Clock } from '../runtime/clock.ts';

/**
 * The account in a folder that somebody renamed, under the folder's new id. Only where the files that it lists are in
 * the folder as they were written down. Undefined otherwise: the account may then belong to any session.
 */
export async function readRenamed(folder: string, id: string): Promise<ToldAccount | undefined> {
  const account = await readSessionAccount(folder);
  if (account.kind !== 'told' || account.session.id === id) return undefined;
  const { session } = account;
  // An account that contradicts itself is not believed.
  const rates = session.parts.map(({ part }) => sampleRateOf(session, part));
  if (rates.length > 0 && !rates.includes(session.sample_rate)) return undefined;
  let proofs = 0;
  for (const file of session.files) {
    const isThere = await isAsWritten(file, session, folder);
    if (isThere === false) return undefined;
    if (isThere) proofs++;
  }
  return proofs === 0 ? undefined : { ...account, session: underId(id, session), renamedFrom: session.id };
}

/** Undefined where the account holds nothing that would identify the file. */
async function isAsWritten(
  file: RecordingFile,
  session: SessionRecord,
  folder: string,
): Promise<boolean | undefined> {
  const path = join(folder, basename(file.file_path));
  if (file.status === 'completed') {
    const stats = await statIfThere(path);
    return stats?.isFile() === true && stats.size === file.byte_size;
  }
  if (file.status !== 'recording' || !file.master) return undefined;
  // A file that was still being written has no size yet, but it has a rate and channels.
  for (const name of [path, path + PARTIAL_SUFFIX]) {
    if ((await statIfThere(name))?.isFile() !== true) continue;
    const layout = await findWavLayout(name);
    return layout?.sampleRate === sampleRateOf(session, file.part) && layout.channels === session.channels;
  }
  return undefined;
}

/** Keeps the `session.json` of the old id aside, beside the new one. */
export async function keepDescription(folder: string): Promise<void> {
  const path = join(folder, SESSION_FILE_NAME);
  if ((await statIfThere(path))?.isFile() === true) await setAside(path);
}

function underId(id: string, session: SessionRecord): SessionRecord {
  const moved = <File extends { readonly file_path: string }>(file: File): File => ({
    ...file,
    file_path: `${id}/${basename(file.file_path)}`,
  });
  const { files, imported } = session;
  return {
    ...session,
    id,
    recordings_dir: null,
    fallback_dir: null,
    files: files.map(moved),
    imported: imported && { ...imported, kept: imported.kept.map(moved) },
  };
}

export interface RenamedOptions {
  readonly catalog: Pick<Catalog, 'get' | 'setDeleted' | 'transcriptRevision' | 'saveTranscript'>;
  readonly dirs: Pick<RecordingsDirs, 'candidatesOf' | 'usual'>;
  readonly clock: Clock;
}

/**
 * Hides the row of a renamed session's old id, as if its folder were in the trash. It is shown again as soon as a
 * folder of that name exists.
 */
export function retireOldName(
  session: SessionRecord,
  from: string,
  { catalog, dirs, clock }: RenamedOptions,
): void {
  const old = catalog.get(from);
  const isMoved =
    old !== undefined &&
    old.started_at === session.started_at &&
    old.fallback_dir === null &&
    dirs.candidatesOf(from).length === 0 &&
    resolve(old.recordings_dir ?? dirs.usual) === resolve(session.recordings_dir ?? dirs.usual);
  // The catalog alone may have the session's text: the row stays.
  if (!isMoved || catalog.transcriptRevision(from) > catalog.transcriptRevision(session.id)) return;
  catalog.setDeleted(from, new Date(clock.wallMs()).toISOString());
  catalog.saveTranscript(from, { revision: 0, speakers: {}, entries: [] });
}
