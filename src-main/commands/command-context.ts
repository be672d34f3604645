import { resolve } from 'node:path';
import { defaultDataDir } from '../launch/data-folder.ts';
import { readPackageVersion } from '../launch/package-version.ts';
import { thisMachine } from '../launch/this-machine.ts';
import { openRecorder } from '../open-recorder.ts';
import type { Recorder } from '../recorder.ts';
import { filePath } from '../remote/files-route.ts';
import { parseServerEnvironment } from '../remote/environment.ts';
import type { Log } from '../runtime/log.ts';

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly dir?: string;
}

/** Logs to stderr; success is not logged. */
export const logToTerminal: Log = (level, message) => {
  if (level !== 'info') process.stderr.write(`lectern: ${message}\n`);
};

export function printData(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function dataDirOf({ dir }: CommonOptions): string {
  return dir === undefined ? defaultDataDir(thisMachine) : resolve(dir);
}

/** Runs `task` with a recorder on the command's data folder, and always closes it. */
export async function withRecorder<T>(
  options: CommonOptions,
  task: (recorder: Recorder) => Promise<T>,
  log: Log = logToTerminal,
): Promise<T> {
  const { recordingsDir } = parseServerEnvironment(process.env);
  const recorder = await openRecorder({
    dataDir: dataDirOf(options),
    ...(recordingsDir === undefined ? {} : { recordingsDir }),
    version: readPackageVersion(),
    environment: process.env,
    log,
    fileUrl: filePath,
  });
  try {
    return await task(recorder);
  } finally {
    await recorder.close();
  }
}
