import { createStore, type StoreApi } from 'zustand/vanilla';

/** A part of the recording whose state screens can follow. */
export type WithStore<Part extends { readonly state: unknown }> = Part & {
  readonly store: StoreApi<Part['state']>;
};

/** Creates a part of the recording, which knows no screens, and puts its state in a store. */
export function withStore<Part extends { readonly state: unknown }>(
  make: (onChange: (state: Part['state']) => void) => Part,
): WithStore<Part> {
  let store: StoreApi<Part['state']> | undefined = undefined;
  const part = make((state) => store?.setState(state, true));
  store = createStore<Part['state']>(() => part.state);
  return Object.assign(part, { store });
}
