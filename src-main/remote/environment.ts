import { type DeliveryFormat, deliveryFormatSchema, gainSchema } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { ServerDefaults } from '../recorder.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ServerEnvironment {
  readonly defaults: ServerDefaults;
  /** Absent where BACKEND_RECORD_DIR is not set. May be relative to the working folder. */
  readonly recordingsDir?: string;
}

const ENABLED_GAIN = 2;
const MIN_MP3_BIT_RATE = 32_000;
const MAX_MP3_BIT_RATE = 320_000;

/**
 * Reads the server's environment variables. Where there is a profile, it stands in for those that are not set. Throws
 * INVALID_INPUT that names the variable.
 */
export function parseServerEnvironment(environment: Environment, profile?: string): ServerEnvironment {
  const value = (name: string) => {
    const text = environment[name]?.trim();
    return text === undefined || text === '' ? undefined : text;
  };
  const autoRecord = ['ENABLE_BACKEND_RECORDING', 'ENABLE_AUDIO_RECORDING'].some((name) =>
    parseSwitch(name, value(name)),
  );
  const recordingsDir = value('BACKEND_RECORD_DIR');
  const mp3BitRate = parseBitRate('BACKEND_RECORD_BITRATE', value('BACKEND_RECORD_BITRATE'));
  const format = parseFormat('BACKEND_RECORD_FORMAT', value('BACKEND_RECORD_FORMAT'));
  const gain = parseGain('BACKEND_RECORD_GAIN', value('BACKEND_RECORD_GAIN'));
  const usual: Partial<ServerDefaults> =
    profile === undefined ? { format: 'wav', gain: autoRecord ? ENABLED_GAIN : 1 } : { profile };
  return {
    defaults: {
      autoRecord,
      ...usual,
      ...(format === undefined ? {} : { format }),
      ...(gain === undefined ? {} : { gain }),
      ...(mp3BitRate === undefined ? {} : { mp3BitRate }),
    },
    ...(recordingsDir === undefined ? {} : { recordingsDir }),
  };
}

function parseSwitch(name: string, text = 'false'): boolean {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  throw unexpected(name, "'true' or 'false'", text);
}

function parseFormat(name: string, text: string | undefined): DeliveryFormat | undefined {
  if (text === undefined) return undefined;
  const parsed = deliveryFormatSchema.safeParse(text.toLowerCase());
  if (!parsed.success) throw unexpected(name, "'wav', 'mp4' or 'mp3'", text);
  return parsed.data;
}

function parseGain(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = gainSchema.safeParse(Number(text));
  if (!parsed.success) throw unexpected(name, 'a number from 1.0 to 4.0', text);
  return parsed.data;
}

function parseBitRate(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)(k?)$/i.exec(text);
  const bitsPerSecond = match === null ? NaN : Number(match[1]) * (match[2] === '' ? 1 : 1000);
  if (!(bitsPerSecond >= MIN_MP3_BIT_RATE && bitsPerSecond <= MAX_MP3_BIT_RATE))
    throw unexpected(name, "bits a second from 32k to 320k, such as '128k'", text);
  return bitsPerSecond;
}

function unexpected(name: string, expected: string, got: string): LecternError {
  return new LecternError(
    'INVALID_INPUT',
    `${name}: expected ${expected}, got ${JSON.stringify(got.slice(0, 60))}`,
  );
}
