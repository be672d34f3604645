import { access, constants } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';

/** Runs a step of the start. An error without a message for the user gets this one: what failed, and what to do. */
export async function orSay<Result>(
  failed: string,
  advice: string,
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof LecternError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    const kind = code ?? (error instanceof Error ? error.name : typeof error);
    throw new LecternError('INTERNAL', `${failed} (${kind}). ${advice}`, { cause: error });
  }
}

/** Rejects with FILE_MISSING where a file that every window needs was not built or not installed. */
export async function requireBuiltFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths)
    await access(path, constants.R_OK).catch((cause: unknown) => {
      throw new LecternError(
        'FILE_MISSING',
        `The app’s own file ${path} cannot be read. Install Lectern again, or build it with npm run build`,
        { cause },
      );
    });
}
