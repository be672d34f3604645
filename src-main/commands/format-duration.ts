/** `1:02:03`, or `2:03` under an hour. */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** A position to the tenth of a second: `2:03.4`. */
export function formatPosition(ms: number): string {
  const tenths = Math.floor(ms / 100);
  return `${formatDuration(Math.floor(tenths / 10))}.${tenths % 10}`;
}
