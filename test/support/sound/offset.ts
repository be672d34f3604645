const STEP_SECONDS = 0.005;

interface Sound {
  readonly samples: Int16Array;
  readonly rate: number;
}

/** How long after it began a recording began to hear what was played, in seconds, by what is alike in how loud both are. */
export function offsetOf(recorded: Sound, played: Sound, longestSeconds: number): number {
  const heard = loudness(recorded);
  const sent = loudness(played);
  let best = { offset: 0, product: -Infinity };
  for (let offset = 0; offset < longestSeconds / STEP_SECONDS; offset++) {
    const product = sent.reduce((sum, value, index) => sum + value * (heard[offset + index] ?? 0), 0);
    if (product > best.product) best = { offset, product };
  }
  return best.offset * STEP_SECONDS;
}

function loudness({ samples, rate }: Sound): Float64Array {
  const step = rate * STEP_SECONDS;
  return Float64Array.from({ length: Math.floor(samples.length / step) }, (_, index) => {
    const stretch = samples.subarray(Math.round(index * step), Math.round((index + 1) * step));
    return Math.sqrt(stretch.reduce((sum, sample) => sum + sample * sample, 0) / stretch.length);
  });
}
