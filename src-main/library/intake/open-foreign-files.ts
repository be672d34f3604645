import { randomUUID } from 'node:crypto';
import type { Catalog } from '../../catalog/catalog.ts';
import type { ApiHandlers } from '../../contract/api.ts';
import { createAudioDecoder } from '../../encode/ffmpeg/audio-decoder.ts';
import { createRepairer, type Repairer } from '../../repair/repairer.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import type { SessionFiles } from '../session-files.ts';
import { IMPORTING_PREFIX } from './import-session.ts';
import { sweepDeadFolders } from './intake-folder.ts';
import { createIntakeHandlers } from './intake-handlers.ts';
import { createIntake } from './intake.ts';
import { mendedName } from './mend-file.ts';

export interface ForeignFilesOptions {
  readonly dataDir: string;
  /** The folder that takes what is recorded now. Rejects with FOLDER_UNWRITABLE. */
  readonly recordingsDir: () => Promise<string>;
  readonly ffmpegPath?: string | undefined;
  readonly catalog: Catalog;
  readonly files: Pick<SessionFiles, 'present'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Everything about files from outside, put together. */
export interface ForeignFiles {
  readonly handlers: Pick<ApiHandlers, Extract<keyof ApiHandlers, `intake.${string}`>>;
  readonly repairer: Repairer;
  readonly files: {
    receive(id: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<number>;
    resolve(id: string): { readonly path: string; readonly name: string };
  };
  /** Removes every file that was taken in, and ends what works on them. */
  close(): Promise<void>;
}

export async function openForeignFiles(options: ForeignFilesOptions): Promise<ForeignFiles> {
  const { ffmpegPath, recordingsDir, log } = options;
  const intake = await createIntake({ ...options, newId: randomUUID });
  await sweepDeadFolders(await recordingsDir(), (name) => name.startsWith(IMPORTING_PREFIX)).catch(
    (error: unknown) => {
      log('warn', 'what a killed launch was importing could not be removed', { error });
    },
  );
  const repairer = createRepairer({ findFfmpeg: () => Promise.resolve(ffmpegPath) });
  const decoder = createAudioDecoder(ffmpegPath);
  return {
    handlers: createIntakeHandlers({ ...options, intake, repairer, decoder, newId: randomUUID }),
    repairer,
    files: {
      receive: (id, offset, pieces) => intake.receive(id, offset, pieces),
      resolve(id) {
        const file = intake.find(id);
        return file.mendedPath === undefined
          ? { path: file.originalPath, name: file.name.shown }
          : { path: file.mendedPath, name: mendedName(file, file.mendedPath) };
      },
    },
    async close() {
      await intake.close();
      await Promise.all([repairer.close(), decoder.close()]);
    },
  };
}
