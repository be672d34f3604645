/** Reads a track's audio as the browser captured it, without an audio context in between. Chromium has this. */
interface TrackProcessor {
  readonly readable: ReadableStream<AudioData>;
}

declare global {
  interface Window {
    readonly MediaStreamTrackProcessor?: new (options: {
      track: MediaStreamTrack;
      /** Pieces kept for a late reader. Beyond this, the oldest are dropped. */
      maxBufferSize: number;
    }) => TrackProcessor;
  }
}

export const { MediaStreamTrackProcessor } = window;
