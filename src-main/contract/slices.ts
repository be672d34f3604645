/** Lets others have their turn; `setImmediate` of `node:timers/promises`, where there is Node. */
export type Pause = () => Promise<unknown>;

/** Items between two pauses. A line of text as an item makes a few milliseconds of work. */
export const SLICE_ITEMS = 500;
/** The same for items that are only compared and moved. */
const MOVED_ITEMS = 4096;

/** Returns `items.flatMap(map)`, with a pause after every `SLICE_ITEMS`. */
export async function flatMapInSlices<Item, Result>(
  items: readonly Item[],
  pause: Pause,
  map: (item: Item, index: number) => Result | readonly Result[],
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += SLICE_ITEMS) {
    if (from > 0) await pause();
    const some = items.slice(from, from + SLICE_ITEMS).flatMap((item, index) => map(item, from + index));
    for (const result of some) results.push(result);
  }
  return results;
}

/** Returns `items.toSorted(compare)`, with pauses: sorts short runs, then merges two at a time. */
export async function sortInSlices<Item>(
  items: readonly Item[],
  pause: Pause,
  compare: (a: Item, b: Item) => number,
): Promise<Item[]> {
  let runs: Item[][] = [];
  for (let from = 0; from < items.length; from += SLICE_ITEMS) {
    if (from > 0) await pause();
    runs.push(items.slice(from, from + SLICE_ITEMS).sort(compare));
  }
  let moved = 0;
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      // The engine's own sort merges two sorted runs in linear time, and is stable.
      const both = [...(runs[index] ?? []), ...(runs[index + 1] ?? [])].sort(compare);
      merged.push(both);
      moved += both.length;
      if (moved < MOVED_ITEMS) continue;
      moved = 0;
      await pause();
    }
    runs = merged;
  }
  return runs[0] ?? [];
}
