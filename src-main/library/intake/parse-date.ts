/** A date, with or without a time and a zone, as tags have it. BWF allows other separators than the usual ones. */
const DATE =
  /^(\d{4})[-_: ./]?(\d{2})[-_: ./]?(\d{2})(?:[T ]+(\d{2})[-_: .]?(\d{2})(?:[-_: .]?(\d{2})(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/** A day alone is taken for its noon, which is that day wherever it is read. */
const NOON_HOURS = 12;

/**
 * Milliseconds since 1970 of a date such as `2024-03-01`, `2024-03-01T10:00:00Z` or `2024:03:01 10.00.00`; undefined for
 * anything that is not a whole date, as a year alone is not. Without a zone it is this machine's.
 */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text.trim());
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hours = NOON_HOURS, minutes = 0, seconds = 0] = match
    .slice(1, 7)
    .map((digits: string | undefined) => (digits === undefined ? undefined : Number(digits)));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hours > 23 || minutes > 59 || seconds > 60)
    return undefined;
  const zone = match[7];
  if (zone === undefined) return new Date(year, month - 1, day, hours, minutes, seconds).getTime();
  const sign = zone.startsWith('-') ? -1 : 1;
  const [zoneHours, zoneMinutes] = zone === 'Z' ? [0, 0] : [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return (
    Date.UTC(year, month - 1, day, hours, minutes, seconds) - sign * (zoneHours * 60 + zoneMinutes) * 60_000
  );
}
