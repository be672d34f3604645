import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import {
  recordingTypeSchema,
  trackSchema,
  type RecordingType,
  type Track,
} from '../contract/audio-format.ts';

/**
 * Commander parsers for the names of a session's tracks and files; cli.ts puts the option's name before their messages.
 */
export const trackName: (text: string) => Track = parser(trackSchema);
export const recordingType: (text: string) => RecordingType = parser(recordingTypeSchema);

function parser(schema: z.ZodType<string>): (text: string) => string {
  return (text) => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    const [problem] = parsed.error.issues;
    throw new InvalidArgumentError(`${problem?.message ?? 'expected a track'}, got ${JSON.stringify(text)}`);
  };
}
