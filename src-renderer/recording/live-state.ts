/** The present state of one part of the recording. */
export interface LiveState<State> {
  readonly current: State;
  change(patch: Partial<State> | ((state: State) => Partial<State>)): void;
}

/** @param onChange called with the whole state after each change */
export function createLiveState<State>(initial: State, onChange: (state: State) => void): LiveState<State> {
  let current = initial;
  return {
    get current() {
      return current;
    },
    change(patch) {
      current = { ...current, ...(typeof patch === 'function' ? patch(current) : patch) };
      onChange(current);
    },
  };
}
