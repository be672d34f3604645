/** The middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined)
    throw new Error('expected at least one value to take a median of');
  return (lower + upper) / 2;
}

/**
 * How many times as much `value` costs as `peer`, as the median over the runs, each against the same run. Above 1 is
 * worse, for costs and for speeds alike.
 */
export function costRatio(
  values: readonly number[],
  peers: readonly number[],
  better: 'lower' | 'higher',
): number {
  const ratios = values.flatMap((value, run) => {
    const peer = peers[run];
    if (peer === undefined) return [];
    return [better === 'lower' ? value / peer : peer / value];
  });
  return median(ratios);
}
