import { join } from 'node:path';
import type { DeliveryFormat, Track } from '../contract/audio-format.ts';
import type { FileEntry } from '../contract/server-messages.ts';
import type { RecordingFile } from '../contract/session-record.ts';
import type { Encoder } from '../encode/encoder.ts';
import { partFileName } from '../files/session-folder.ts';
import { openWavWriter, PARTIAL_SUFFIX, type WavWriter } from '../files/wav-writer.ts';
import type { Log, PartSink, PartSpec, PartSummary } from '../session/ports.ts';
import { openDelivery, type Delivery } from './delivery.ts';
import { statBytes } from '../files/stat-bytes.ts';

export interface PartWriterOptions {
  readonly folder: string;
  /** Makes the folder again, where somebody has removed it. */
  readonly restoreFolder: () => Promise<unknown>;
  readonly encoder: Encoder;
  readonly log: Log;
  readonly mayExceed4GiB: boolean;
  readonly mp3BitRate: number | undefined;
  /** Where a client fetches a file of this session. */
  readonly fileUrl: (name: string) => string;
  /** Called with every file of the part when it is opened, and again when they are final. */
  readonly onFiles: (files: readonly RecordingFile[], summary?: PartSummary) => void;
}

interface TrackOutput {
  readonly track: Track;
  readonly master: WavWriter;
  readonly masterName: string;
  readonly delivery: Delivery | undefined;
  readonly deliveryName: string;
}

/** Opens a part's files: for each track its master, and the copy that was asked for. */
export async function openPartWriter(spec: PartSpec, options: PartWriterOptions): Promise<PartSink> {
  const { session } = spec;
  const outputs = new Map<Track, TrackOutput>();
  for (const track of session.tracks) outputs.set(track, await openTrack(track, spec, options));

  const entry = (
    output: TrackOutput,
    master: boolean,
    status: RecordingFile['status'],
    byteSize: number,
  ): RecordingFile => {
    const name = master ? output.masterName : output.deliveryName;
    return {
      type: output.track,
      format: master ? 'wav' : session.format,
      file_path: `${session.sessionId}/${name}`,
      url: options.fileUrl(name),
      byte_size: byteSize,
      duration_ms: (output.master.dataBytes / (2 * session.channels) / session.sampleRate) * 1000,
      part: spec.part,
      master,
      gain: master ? 1 : session.gain,
      status,
    };
  };

  const filesOf = (
    output: TrackOutput,
    status: RecordingFile['status'],
    masterBytes = 0,
  ): RecordingFile[] => [
    ...(output.delivery === undefined ? [] : [entry(output, false, status, 0)]),
    entry(output, true, status, masterBytes),
  ];

  const finishTrack = async (output: TrackOutput, summary: PartSummary): Promise<RecordingFile[]> => {
    const markers = summary.markers.map(({ frame, label }) => ({ frame, label }));
    const master = await output.master.finish(markers);
    if (master.path.endsWith(PARTIAL_SUFFIX)) {
      options.log('error', 'a recording kept its unfinished name', {
        id: session.sessionId,
        error: output.master.failure,
      });
      await output.delivery?.finish(master.path, markers).catch(() => undefined);
      // Still counted as being recorded, so that the next launch finishes what this one could not.
      return filesOf(output, 'recording', master.byteSize);
    }
    const masterEntry = entry(output, true, 'completed', master.byteSize);
    if (output.delivery === undefined) return [masterEntry];
    // An empty MP4 or MP3 is a file that no player opens; the empty WAV tells the truth.
    if (output.master.dataBytes === 0) {
      await output.delivery.abandon();
      return [masterEntry];
    }
    try {
      const origin = await output.delivery.finish(master.path, markers);
      if (origin === 'rebuilt')
        options.log('warn', 'the delivered copy was rebuilt from the master', { id: session.sessionId });
      const byteSize = await statBytes(join(options.folder, output.deliveryName));
      return [entry(output, false, 'completed', byteSize), masterEntry];
    } catch (error) {
      options.log('error', 'the delivered copy could not be made', { id: session.sessionId, error });
      spec.warn(
        `The ${session.format.toUpperCase()} file could not be made. The WAV recording is complete; export it again later`,
      );
      return [entry(output, false, 'failed', 0), masterEntry];
    }
  };

  options.onFiles([...outputs.values()].flatMap((output) => filesOf(output, 'recording')));
  return {
    append(track, pcm) {
      const output = outputs.get(track);
      if (output === undefined) return Promise.reject(new Error(`part has no track ${track}`));
      output.delivery?.write(pcm);
      return output.master.append(pcm);
    },
    get queuedBytes() {
      return [...outputs.values()].reduce((sum, { master }) => sum + master.queuedBytes, 0);
    },
    writtenBytes: (track) => outputs.get(track)?.master.dataBytes ?? 0,
    async finish(summary) {
      const files = (
        await Promise.all([...outputs.values()].map((output) => finishTrack(output, summary)))
      ).flat();
      options.onFiles(files, summary);
      return files.filter(({ status }) => status === 'completed').map(toFileEntry);
    },
  };
}

async function openTrack(track: Track, spec: PartSpec, options: PartWriterOptions): Promise<TrackOutput> {
  const { session, part } = spec;
  const unixSeconds = Math.floor(session.startedAtMs / 1000);
  const name = (extension: DeliveryFormat, variant?: string): string =>
    partFileName({
      type: track,
      unixSeconds,
      part,
      extension,
      ...(variant === undefined ? {} : { variant }),
    });
  const masterName = name('wav');
  const deliveryName = session.format === 'wav' ? name('wav', 'gain') : name(session.format);
  const shape = {
    sampleRate: session.sampleRate,
    channels: session.channels,
    mayExceed4GiB: options.mayExceed4GiB,
  };
  const master = await openWavWriter({
    path: join(options.folder, masterName),
    restoreFolder: options.restoreFolder,
    ...shape,
  });
  const delivery = !session.autoSave
    ? undefined
    : await openDelivery({
        ...shape,
        format: session.format,
        gain: session.gain,
        path: join(options.folder, deliveryName),
        mp3BitRate: options.mp3BitRate,
        encoder: options.encoder,
      });
  return { track, master, masterName, delivery, deliveryName };
}

function toFileEntry({ type, format, file_path, url, byte_size, duration_ms }: RecordingFile): FileEntry {
  return { type, format, file_path, url, byte_size, duration_ms };
}
