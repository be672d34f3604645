import { frameBytes, type AudioFormat } from '../contract/audio-format.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import { droppedBytesWarning, partialFrameWarning } from './messages.ts';

/** Bytes at the end of a sender's binary frames that are no whole sample of every channel yet. */
export interface FrameRemainder {
  /**
   * Returns the remainder and `bytes` as whole frames. Reports a remainder the first time.
   * @param paused true where the caller drops the result, and needs only its length
   */
  take(bytes: Uint8Array, paused: boolean): Uint8Array;
  /** Drops the remainder, and reports it. */
  drop(): void;
  /** As drop, but a sender that did not stop for the pause continues within its frame. */
  dropAfterPause(): void;
}

export function createFrameRemainder(
  format: AudioFormat,
  send: (message: ServerMessage) => void,
): FrameRemainder {
  /** One sample of every channel. */
  const bytesPerFrame = frameBytes(format);
  let rest = new Uint8Array(0);
  let reported = false;
  let heardInPause = false;

  const drop = (): void => {
    if (rest.length > 0) send(droppedBytesWarning(rest.length, bytesPerFrame));
    rest = new Uint8Array(0);
  };

  return {
    take(bytes, paused) {
      heardInPause = paused;
      const restBytes = (rest.length + bytes.length) % bytesPerFrame;
      if (rest.length === 0 && restBytes === 0) return bytes;
      const all = new Uint8Array(rest.length + bytes.length);
      all.set(rest);
      all.set(bytes, rest.length);
      const wholeBytes = all.length - restBytes;
      rest = all.slice(wholeBytes);
      if (!reported && restBytes > 0) {
        reported = true;
        send(partialFrameWarning(bytes.byteLength, bytesPerFrame));
      }
      return all.subarray(0, wholeBytes);
    },
    drop,
    dropAfterPause() {
      if (!heardInPause) drop();
      heardInPause = false;
    },
  };
}
