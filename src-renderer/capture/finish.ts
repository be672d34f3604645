/** How long Stop waits for audio that is still to be read. */
const LONGEST_FINISH_MS = 2000;
/** Two such times in a row without a piece mean that the device gives none: Stop need not wait. */
const IDLE_MS = 150;

export interface FinishOptions {
  readonly after: (milliseconds: number, action: () => void) => void;
  /** Ends the waiting. May be called more than once. */
  readonly end: () => void;
}

/** Waits, after Stop, for audio that was captured and is still to be read. */
export function createFinish({ after, end }: FinishOptions) {
  let pieces = 0;

  const endWhenIdle = (turns: number): void => {
    const before = pieces;
    after(IDLE_MS, () => {
      if (pieces !== before) endWhenIdle(2);
      else if (turns > 1) endWhenIdle(turns - 1);
      else end();
    });
  };

  return {
    notePiece(): void {
      pieces += 1;
    },
    begin(): void {
      after(LONGEST_FINISH_MS, end);
      endWhenIdle(2);
    },
  };
}
