import { z } from 'zod';
import { describeProblem } from '../../../contract/parse-problem.ts';
import { parseCueTime } from '../cue-time.ts';
import { invalidTranscript } from '../timed-text.ts';

/** Seconds as recognisers write them: a number, "1.5", "1.500s", "00:00:01.500", or Google's seconds and nanos. */
export const secondsSchema = z.preprocess(toSeconds, z.number());
/** The same where it may be missing. */
export const maybeSecondsSchema = z.preprocess(toSeconds, z.number().nullish());

const secondsAndNanosSchema = z.object({
  seconds: z.union([z.number(), z.string().regex(/^\d+$/)]).optional(),
  nanos: z.number().optional(),
});

function toSeconds(value: unknown): unknown {
  if (typeof value === 'string') {
    if (/^\s*-?\d+(?:\.\d+)?(?:e-?\d+)?\s*s?\s*$/i.test(value))
      return Number(value.trim().replace(/s$/i, ''));
    const ms = parseCueTime(value.trim());
    return Number.isNaN(ms) ? value : ms / 1000;
  }
  if (typeof value !== 'object' || value === null) return value;
  const parts = secondsAndNanosSchema.safeParse(value);
  return parts.success ? Number(parts.data.seconds ?? 0) + (parts.data.nanos ?? 0) / 1e9 : value;
}

/** A speaker by name, by number, or as an object with one of these. */
export const speakerSchema = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null
      ? ('name' in value && value.name) || ('id' in value && value.id) || null
      : value,
  z.union([z.string(), z.number()]).nullish(),
);

/** Whole milliseconds: binary fractions of seconds would give 2999.9999. */
export function toMs(seconds: number): number {
  return Math.round(seconds * 1000);
}

export function maybeMs(seconds: number | null | undefined): number | null {
  return seconds == null ? null : toMs(seconds);
}

/** Parses a piece of JSON with a schema. Throws INVALID_TRANSCRIPT with the position: "segments.3.start". */
export function fieldsOf<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  where: string,
): z.output<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problem = describeProblem(result.error, json).replace(/^message: /, ': ');
  throw invalidTranscript("a recogniser's JSON", `${where}${problem.startsWith(':') ? '' : '.'}${problem}`);
}

/** The entries of a list under a key. Throws INVALID_TRANSCRIPT where there is none. */
export function listIn(json: object, key: string): unknown[] {
  return fieldsOf(z.array(z.unknown()), Reflect.get(json, key), key);
}

export function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
