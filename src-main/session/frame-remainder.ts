/** Bytes at the end of a sender's binary frames that are no whole sample of every channel yet. */
export interface FrameRemainder {
  /**
   * What was left over and `bytes`, as whole frames. `isNews` the first time that something is left over.
   * @param paused true where the result is left out by whoever asks, so that only its length counts
   */
  take(bytes: Uint8Array, paused: boolean): { readonly whole: Uint8Array; readonly isNews: boolean };
  /** Forgets what is left over; says how many bytes that were. */
  drop(): number;
  /** As drop, but a sender that went on through the pause goes on where it is. */
  dropAfterPause(): number;
}

/** @param bytesPerFrame one sample of every channel */
export function createFrameRemainder(bytesPerFrame: number): FrameRemainder {
  let rest = new Uint8Array(0);
  let told = false;
  let heardInPause = false;

  const drop = (): number => {
    const { length } = rest;
    rest = new Uint8Array(0);
    return length;
  };

  return {
    take(bytes, paused) {
      heardInPause = paused;
      const restBytes = (rest.length + bytes.length) % bytesPerFrame;
      if (rest.length === 0 && restBytes === 0) return { whole: bytes, isNews: false };
      const all = new Uint8Array(rest.length + bytes.length);
      all.set(rest);
      all.set(bytes, rest.length);
      const wholeBytes = all.length - restBytes;
      rest = all.slice(wholeBytes);
      const isNews = !told && restBytes > 0;
      told ||= isNews;
      return { whole: all.subarray(0, wholeBytes), isNews };
    },
    drop,
    dropAfterPause() {
      const goesOn = heardInPause;
      heardInPause = false;
      return goesOn ? 0 : drop();
    },
  };
}
