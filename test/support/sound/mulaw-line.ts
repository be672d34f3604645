import { G711_MULAW } from '../g711-table.ts';

/** Mu-law bytes by the value they stand for, from the lowest up. */
const BY_VALUE = G711_MULAW.map((value, byte) => ({ value, byte })).toSorted((a, b) => a.value - b.value);

const NEAREST = Uint8Array.from({ length: 65_536 }, (_, index) => nearest(index - 32_768));

/** What a telephone line carries: the byte nearest to each sample. */
export function encodeMulaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => NEAREST[sample + 32_768] ?? 0xff);
}

function nearest(sample: number): number {
  let low = 0;
  let high = BY_VALUE.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((BY_VALUE[middle]?.value ?? 0) <= sample) low = middle;
    else high = middle;
  }
  const below = BY_VALUE[low];
  const above = BY_VALUE[high];
  if (below === undefined || above === undefined) throw new Error('the table of G.711 is empty');
  return sample - below.value <= above.value - sample ? below.byte : above.byte;
}
