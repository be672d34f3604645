/** Reads a track's audio as the browser captured it, with no audio context between. Chromium has it. */
interface TrackProcessor {
  readonly readable: ReadableStream<AudioData>;
}

declare global {
  interface Window {
    readonly MediaStreamTrackProcessor?: new (options: {
      track: MediaStreamTrack;
      /** Pieces of audio kept for a reader that is late; more than that, and the oldest are dropped. */
      maxBufferSize: number;
    }) => TrackProcessor;
  }
}

export const { MediaStreamTrackProcessor } = window;
