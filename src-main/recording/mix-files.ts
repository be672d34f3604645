import { join } from 'node:path';
import type { RecordingFile } from '../contract/session-record.ts';
import type { CuePoint } from '../files/cue-chunks.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { openLiveMix } from './live-mix.ts';
import { clearCopyNames, clearName, finishCopy, hasCopy, openCopy } from './part-copy.ts';
import type { FileInMaking, PartContext } from './part-context.ts';
import { partFilesOf } from './part-file.ts';
import type { TrackFiles } from './track-files.ts';

/** The mix of a part: its master, and the copy that was asked for. */
export interface MixFiles {
  /** A side has grown. */
  follow(): void;
  /** The sides' masters are about to be finished. */
  hold(): void;
  /** The files' rows while they are recorded. */
  listed(): readonly RecordingFile[];
  /**
   * Begins to make mix and copy final.
   * @param masterPaths the finished masters; undefined where they could not all be finished.
   */
  finish(masterPaths: readonly string[] | undefined, markers: readonly CuePoint[]): MixInMaking;
}

export interface MixInMaking {
  readonly files: readonly FileInMaking[];
  /** True once the mix holds all audio of both sides and is verified. False where that fails. */
  readonly isWhole: Promise<boolean>;
}

interface FinishedMix {
  readonly master: RecordingFile;
  /** The copy's final state, where a copy was asked for. */
  readonly copy: FileInMaking['done'];
  readonly isWhole: boolean;
}

export async function openMixFiles(sides: readonly TrackFiles[], context: PartContext): Promise<MixFiles> {
  const { spec, options } = context;
  const { session } = spec;
  const files = partFilesOf('mixed', spec, options.fileUrl);
  const masterPath = join(options.folder, files.masterName);
  // Where that cannot be, the mix is made at the end.
  await clearName(masterPath + PARTIAL_SUFFIX).catch(() => undefined);
  await clearCopyNames(files, context);
  const mix = await openLiveMix({
    sessionId: session.sessionId,
    path: masterPath,
    sampleRate: session.sampleRate,
    channels: session.channels,
    mayExceed4GiB: options.mayExceed4GiB,
    restoreFolder: options.restoreFolder,
    readsBack: sides.some(({ isKept }) => !isKept),
    sources: sides.map(({ master }) => master),
    openDelivery: () => openCopy(files, context),
    log: options.log,
  });

  const describe = (master: boolean, status: RecordingFile['status']): RecordingFile =>
    files.describe({ master, status, dataBytes: 0, byteSize: 0 });

  const unmade = async (status: RecordingFile['status']): Promise<FinishedMix> => {
    await mix.abandon().catch(() => undefined);
    return { master: describe(true, status), copy: Promise.resolve(describe(false, status)), isWhole: false };
  };

  const finishMix = async (
    masterPaths: readonly string[] | undefined,
    markers: readonly CuePoint[],
  ): Promise<FinishedMix> => {
    // Made by the recovery that finishes the masters.
    if (masterPaths === undefined) return unmade('recording');
    try {
      await clearName(masterPath);
      const { dataBytes, byteSize, delivery, deliveryIsWhole } = await mix.finish(masterPaths, markers);
      const master = { path: masterPath, dataBytes, byteSize };
      const copy = finishCopy(delivery, files, master, markers, context, deliveryIsWhole);
      return {
        master: files.describe({ master: true, status: 'completed', dataBytes, byteSize }),
        copy: copy?.done ?? Promise.resolve(undefined),
        isWhole: true,
      };
    } catch (error) {
      options.log('error', 'the mix could not be made', { id: session.sessionId, error });
      const failed = describe(true, 'failed').file_path;
      spec.warn(
        'The mix of both sides could not be made. Both sides are kept, each in a file of its own',
        failed,
      );
      return unmade('failed');
    }
  };

  return {
    follow: mix.follow,
    hold: mix.hold,
    listed: () => [...(hasCopy(session) ? [describe(false, 'recording')] : []), describe(true, 'recording')],
    finish(masterPaths, markers) {
      const made = finishMix(masterPaths, markers);
      const isExpected = masterPaths !== undefined;
      const copy = {
        row: describe(false, 'recording'),
        isExpected,
        done: made.then((finished) => finished.copy),
      };
      const master = {
        row: describe(true, 'recording'),
        isExpected,
        done: made.then((finished) => finished.master),
      };
      return {
        files: hasCopy(session) ? [copy, master] : [master],
        isWhole: made.then((finished) => finished.isWhole),
      };
    },
  };
}
