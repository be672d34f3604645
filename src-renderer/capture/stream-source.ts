import type { AssemblyOptions, AssemblyReport, FrameSource, FrameSourceOptions } from './capture-messages.ts';
import { MediaStreamTrackProcessor } from './track-processor.ts';

/** Pieces last at least 10 ms, so this holds half a minute or more for a busy machine. */
const LONGEST_QUEUE = 3000;

/** The worker's first message. The stream is transferred. */
export interface StreamWorkerStart extends AssemblyOptions {
  readonly readable: ReadableStream<AudioData>;
}

export function canReadTracks(): boolean {
  return MediaStreamTrackProcessor !== undefined;
}

/**
 * Assembles chunks in a worker that reads the track itself. An audio context in between would follow the
 * loudspeaker's clock, and drop audio when its thread is late. This queue waits for its reader.
 */
export function openStreamSource(options: FrameSourceOptions): FrameSource {
  if (MediaStreamTrackProcessor === undefined) throw new Error('this browser cannot read tracks');
  const { track, onReport, sampleRate, channels, framesPerChunk, framesPerLevel } = options;
  const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: LONGEST_QUEUE });
  const worker = new Worker(new URL('./stream-worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<AssemblyReport>) => onReport(data);
  const start: StreamWorkerStart = { readable, sampleRate, channels, framesPerChunk, framesPerLevel };
  worker.postMessage(start, [readable]);
  return {
    command: (command) => worker.postMessage(command),
    close: () => {
      worker.terminate();
      return Promise.resolve();
    },
  };
}
