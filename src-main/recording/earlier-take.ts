import type { SessionRecord } from '../contract/session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { isUnfinishedMaster } from '../files/found-name.ts';
import { claimFolder, ownerState } from '../files/ownership.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { retireLiveCopy } from './leftovers.ts';
import { makeDelivery, recoverClaimed, type ClaimedRecoveryOptions } from './recover-claimed.ts';

/** A folder that cannot be read must not prevent a recording. */
const NOTHING = { files: [] };

/** A session after its earlier take. Its masters are in order. */
export interface EarlierTake {
  readonly record: SessionRecord;
  /**
   * Makes the copies that were cut off, one after another. Each calls `update` with a change of the current record. A
   * copy that fails is left to the next launch. Rejects where `update` does.
   */
  finishCopies(update: (change: (record: SessionRecord) => SessionRecord) => Promise<void>): Promise<void>;
}

/**
 * Puts in order what a dead process left of a session, before another take begins in the same folders. No later run
 * would do it while this process lives. Call it before the folders are claimed. Undefined where there is nothing to
 * do, or where it fails: the next launch tries again.
 */
export async function takeUpEarlier(
  earlier: SessionRecord | undefined,
  dirs: Pick<RecordingsDirs, 'foldersOf'>,
  options: ClaimedRecoveryOptions,
): Promise<EarlierTake | undefined> {
  if (earlier === undefined) return undefined;
  const folders = dirs.foldersOf(earlier);
  const owners = await Promise.all(folders.map(ownerState));
  if (owners.some((owner) => owner === 'alive') || owners.every((owner) => owner === 'none'))
    return undefined;
  // A part may have begun without having been written down.
  const names = (await Promise.all(folders.map((folder) => listFiles(folder).catch(() => NOTHING)))).flatMap(
    ({ files }) => files,
  );
  const isCutOff = earlier.files.some(({ status }) => status === 'recording');
  if (!isCutOff && !names.some(isUnfinishedMaster)) return undefined;
  const claims = await Promise.all(folders.map(claimFolder));
  if (folders.length === 0 || claims.includes(false)) return undefined;
  try {
    const siblings = { isDescribed: true };
    const { session, deliveries } = await recoverClaimed(
      { record: earlier, siblings, folders, owners },
      options,
    );
    await options.save(session, folders);
    return {
      record: session,
      async finishCopies(update) {
        for (const delivery of deliveries) {
          const made = await makeDelivery(session, delivery, options);
          // The encoder may have ended because this process is ending. The next launch finds the copy still
          // unfinished.
          if (made.status !== 'completed') return;
          await retireLiveCopy(delivery.finalPath + PARTIAL_SUFFIX, delivery.finalPath).catch(
            () => undefined,
          );
          await update((record) => ({
            ...record,
            files: record.files.map((file) => (file.file_path === made.file_path ? made : file)),
          }));
        }
      },
    };
  } catch (error) {
    options.log('error', 'an earlier take could not be put in order; its files are left as they are', {
      id: earlier.id,
      error,
    });
    return undefined;
  }
}
