/** What a part of the recording is like now. */
export interface LiveState<State> {
  readonly current: State;
  change(patch: Partial<State> | ((state: State) => Partial<State>)): void;
}

/** @param onChange is told the whole state after each change; whoever shows it need not ask. */
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
