import { claimFolder, isOwned } from '../files/ownership.ts';

/** How soon a folder that has lost its owner's name gets it again. */
export const LOOK_MS = 500;

/**
 * Keeps folders that are written to this process's own: where somebody removes what says so, it is written anew.
 * @returns ends that; once it resolves, the folders can be released.
 */
export function keepOwned(folders: () => readonly string[]): () => Promise<void> {
  let looking: Promise<unknown> = Promise.resolve();
  let isUnderWay = false;
  const look = async (): Promise<void> => {
    for (const folder of folders()) if (!(await isOwned(folder))) await claimFolder(folder);
  };
  const timer = setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    // A folder that cannot be written now is tried again.
    looking = look()
      .catch(() => undefined)
      .finally(() => {
        isUnderWay = false;
      });
  }, LOOK_MS).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}
