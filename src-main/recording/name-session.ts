/** The title of a session that was given none: its local date and time, such as `2026-11-21 14:05`. */
export function nameSession(startedAtMs: number): string {
  const date = new Date(startedAtMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
