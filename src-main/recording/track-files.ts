import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Track } from '../contract/audio-format.ts';
import type { RecordingFile } from '../contract/session-record.ts';
import type { CuePoint } from '../files/cue-chunks.ts';
import { openWavWriter, PARTIAL_SUFFIX, type WavWriter } from '../files/wav-writer.ts';
import { clearCopyNames, clearName, finishCopy, openCopy, type FinishedMaster } from './part-copy.ts';
import type { FileInMaking, PartContext } from './part-context.ts';
import { partFilesOf } from './part-file.ts';

/** One track of a part: its master, and the copy that was asked for. */
export interface TrackFiles {
  readonly track: Track;
  readonly master: WavWriter;
  /** True where the session keeps this side itself, not only in the mix. */
  readonly isKept: boolean;
  /** True once the master is final. */
  readonly isFinished: boolean;
  append(pcm: Uint8Array): Promise<void>;
  /** The files' rows while they are recorded, and once the master is final. */
  listed(): readonly RecordingFile[];
  /** Makes the master final. Undefined where its folder does not allow that; recovery does it later. */
  finishMaster(markers: readonly CuePoint[]): Promise<FinishedMaster | undefined>;
  /** Begins to make the copy final; undefined where there is none. Call it after `finishMaster`. */
  finishCopy(markers: readonly CuePoint[]): FileInMaking | undefined;
  /** Removes the finished master of a side that is not kept. */
  remove(): Promise<void>;
}

export async function openTrackFiles(track: Track, context: PartContext): Promise<TrackFiles> {
  const { spec, options } = context;
  const { session } = spec;
  const files = partFilesOf(track, spec, options.fileUrl);
  const isKept = session.record.includes(track);
  const masterPath = join(options.folder, files.masterName);
  // Where that cannot be, opening the master says why.
  await clearName(masterPath + PARTIAL_SUFFIX).catch(() => undefined);
  const master = await openWavWriter({
    path: masterPath,
    sampleRate: session.sampleRate,
    channels: session.channels,
    mayExceed4GiB: options.mayExceed4GiB,
    restoreFolder: options.restoreFolder,
  });
  const noteFinal = options.openMasters.add(master);
  if (isKept) await clearCopyNames(files, context);
  const delivery = isKept ? await openCopy(files, context) : undefined;
  let finished: FinishedMaster | undefined;
  let unfinished: { readonly path: string; readonly byteSize: number } | undefined;

  const listed = (): RecordingFile[] => {
    const { dataBytes } = master;
    const { byteSize = 0 } = finished ?? unfinished ?? {};
    // A master that could not be finished stays listed as being recorded, so the next launch finishes it.
    const status = finished === undefined ? 'recording' : 'completed';
    return [
      ...(delivery === undefined
        ? []
        : [files.describe({ master: false, status: 'recording', dataBytes, byteSize: 0 })]),
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
      noteFinal();
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
    finishCopy(markers) {
      if (finished !== undefined) return finishCopy(delivery, files, finished, markers, context);
      const [row] = listed();
      if (delivery === undefined || row === undefined) return undefined;
      // The next launch handles the copy together with its master. It may then keep the copy as it is.
      const made = delivery.finish(unfinished?.path ?? '', markers);
      return {
        row,
        isExpected: false,
        done: made.then(
          () => row,
          () => row,
        ),
      };
    },
    async remove() {
      if (finished !== undefined) await rm(finished.path, { force: true });
    },
  };
}
