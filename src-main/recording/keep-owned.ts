import { claimFolder, isOwned } from '../files/ownership.ts';

/** How soon a folder gets its `.owner` back after somebody has removed it. */
export const LOOK_MS = 500;

/**
 * Keeps the folders of running sessions owned by this process: writes `.owner` again where somebody removes it.
 * @returns a function that stops this; once it resolves, the folders can be released
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
