import { join } from 'node:path';
import type { RecordingFile } from '../contract/session-record.ts';
import type { CuePoint } from '../files/cue-chunks.ts';
import { openLiveMix } from './live-mix.ts';
import { finishCopy, hasCopy, openCopy } from './part-copy.ts';
import type { PartContext } from './part-context.ts';
import { partFilesOf } from './part-file.ts';
import type { TrackFiles } from './track-files.ts';

/** The mix of a part: its master, and the copy that was asked for. */
export interface MixFiles {
  /** A side has grown. */
  follow(): void;
  /** The sides' masters are about to be finished. */
  hold(): void;
  /** As they are while being recorded. */
  listed(): readonly RecordingFile[];
  /**
   * Makes mix and copy final.
   * @param masterPaths the finished masters; undefined where they could not all be finished.
   */
  finish(
    masterPaths: readonly string[] | undefined,
    markers: readonly CuePoint[],
  ): Promise<{ readonly files: readonly RecordingFile[]; readonly isWhole: boolean }>;
}

export async function openMixFiles(sides: readonly TrackFiles[], context: PartContext): Promise<MixFiles> {
  const { spec, options } = context;
  const { session } = spec;
  const files = partFilesOf('mixed', spec, options.fileUrl);
  const mix = await openLiveMix({
    sessionId: session.sessionId,
    path: join(options.folder, files.masterName),
    sampleRate: session.sampleRate,
    channels: session.channels,
    mayExceed4GiB: options.mayExceed4GiB,
    restoreFolder: options.restoreFolder,
    readsBack: sides.some(({ isKept }) => !isKept),
    sources: sides.map(({ master }) => master),
    openDelivery: () => openCopy(files, context),
    log: options.log,
  });

  const listed = (status: RecordingFile['status']): RecordingFile[] => {
    const none = { status, dataBytes: 0, byteSize: 0 };
    return [
      ...(hasCopy(session) ? [files.describe({ ...none, master: false })] : []),
      files.describe({ ...none, master: true }),
    ];
  };

  return {
    follow: mix.follow,
    hold: mix.hold,
    listed: () => listed('recording'),
    async finish(masterPaths, markers) {
      if (masterPaths === undefined) {
        await mix.abandon();
        // Made by the recovery that finishes the masters.
        return { files: listed('recording'), isWhole: false };
      }
      try {
        const { dataBytes, byteSize, delivery, deliveryIsWhole } = await mix.finish(masterPaths, markers);
        const master = { path: join(options.folder, files.masterName), dataBytes, byteSize };
        return {
          files: [
            ...(await finishCopy(delivery, files, master, markers, context, deliveryIsWhole)),
            files.describe({ master: true, status: 'completed', dataBytes, byteSize }),
          ],
          isWhole: true,
        };
      } catch (error) {
        options.log('error', 'the mix could not be made', { id: session.sessionId, error });
        spec.warn('The mix of both sides could not be made. Both sides are kept, each in a file of its own');
        await mix.abandon();
        return { files: listed('failed'), isWhole: false };
      }
    },
  };
}
