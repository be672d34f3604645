import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Track } from '../contract/audio-format.ts';
import type { RecordingFile } from '../contract/session-record.ts';
import type { CuePoint } from '../files/cue-chunks.ts';
import { openWavWriter, PARTIAL_SUFFIX, type WavWriter } from '../files/wav-writer.ts';
import { finishCopy, openCopy, type FinishedMaster } from './part-copy.ts';
import type { PartContext } from './part-context.ts';
import { partFilesOf } from './part-file.ts';

/** One track of a part: its master, and the copy that was asked for. */
export interface TrackFiles {
  readonly track: Track;
  readonly master: WavWriter;
  /** True where the session keeps this side for its own sake. */
  readonly isKept: boolean;
  /** True once the master is final. */
  readonly isFinished: boolean;
  append(pcm: Uint8Array): Promise<void>;
  /** As they are while being recorded. */
  listed(masterBytes?: number): readonly RecordingFile[];
  /** Makes the master final; undefined where its folder does not let it be, which leaves it to a recovery. */
  finishMaster(markers: readonly CuePoint[]): Promise<FinishedMaster | undefined>;
  /** Makes the copy final, and lists what there is. To follow `finishMaster`. */
  finish(markers: readonly CuePoint[]): Promise<readonly RecordingFile[]>;
  /** Removes the finished master of a side that is not kept. */
  remove(): Promise<void>;
}

export async function openTrackFiles(track: Track, context: PartContext): Promise<TrackFiles> {
  const { spec, options } = context;
  const { session } = spec;
  const files = partFilesOf(track, spec, options.fileUrl);
  const isKept = session.record.includes(track);
  const master = await openWavWriter({
    path: join(options.folder, files.masterName),
    sampleRate: session.sampleRate,
    channels: session.channels,
    mayExceed4GiB: options.mayExceed4GiB,
    restoreFolder: options.restoreFolder,
  });
  const delivery = isKept ? await openCopy(files, context) : undefined;
  let finished: FinishedMaster | undefined;
  let unfinished: { readonly path: string; readonly byteSize: number } | undefined;

  const listed = (byteSize = 0): RecordingFile[] => {
    const { dataBytes } = master;
    const status = 'recording';
    return [
      ...(delivery === undefined ? [] : [files.describe({ master: false, status, dataBytes, byteSize: 0 })]),
      files.describe({ master: true, status, dataBytes, byteSize }),
    ];
  };

  return {
    track,
    master,
    isKept,
    get isFinished() {
      return finished !== undefined;
    },
    listed,
    append(pcm) {
      delivery?.write(pcm);
      return master.append(pcm);
    },
    async finishMaster(markers) {
      const closed = await master.finish(markers);
      if (closed.path.endsWith(PARTIAL_SUFFIX)) {
        unfinished = closed;
        options.log('error', 'a recording kept its unfinished name', {
          id: session.sessionId,
          error: master.failure,
        });
        return undefined;
      }
      finished = { ...closed, dataBytes: master.dataBytes };
      return finished;
    },
    async finish(markers) {
      if (finished === undefined) {
        const { path = '', byteSize = 0 } = unfinished ?? {};
        await delivery?.finish(path, markers).catch(() => undefined);
        // Still counted as being recorded, so that the next launch finishes what this one could not.
        return listed(byteSize);
      }
      const { byteSize, dataBytes } = finished;
      return [
        ...(await finishCopy(delivery, files, finished, markers, context)),
        files.describe({ master: true, status: 'completed', dataBytes, byteSize }),
      ];
    },
    async remove() {
      if (finished !== undefined) await rm(finished.path, { force: true });
    },
  };
}
