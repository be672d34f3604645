/** An outline mirrored about the middle: loudness 0..1 from left to right, with a minimum thickness. */
export function waveformPath(peaks: readonly number[], width: number, height: number): string {
  if (peaks.length === 0) return '';
  const middle = height / 2;
  const step = width / peaks.length;
  const points = peaks.map((peak, index) => ({
    x: round((index + 0.5) * step),
    // The square root is drawn: speech is mostly far below full scale, and would be a thin line.
    half: Math.max(0.4, Math.sqrt(Math.min(1, peak)) * (middle - 2)),
  }));
  const above = points.map(({ x, half }) => `${x} ${round(middle - half)}`);
  const below = points.toReversed().map(({ x, half }) => `${x} ${round(middle + half)}`);
  return `M${[...above, ...below].join('L')}Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
