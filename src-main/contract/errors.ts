import { z } from 'zod';

/** Every code that any part of Lectern may report, named for the condition. */
export const errorCodeSchema = z.enum([
  // the wire protocol
  'UNKNOWN_ACTION',
  'INVALID_FORMAT',
  'NOT_RECORDING',
  'CHUNK_TOO_LARGE',
  'TOTAL_SIZE_LIMIT',
  'DURATION_LIMIT',
  'INVALID_AUDIO_ENCODING',
  'INVALID_CHUNK',
  'UNSUPPORTED_AUDIO',
  'UNSUPPORTED_PROTOCOL',
  'INVALID_MESSAGE',
  'ALREADY_RECORDING',
  'INTERNAL',
  'INVALID_SESSION_ID',
  'SESSION_IN_USE',
  'SLOW_CONSUMER',
  'SHUTTING_DOWN',
  'TRANSCRIPT_FULL',
  'MARKERS_FULL',
  'TURNS_FULL',
  'TAPS_FULL',
  'CONNECTIONS_FULL',
  // the disk
  'FOLDER_UNWRITABLE',
  'DISK_FULL',
  'WRITE_FAILED',
  'CATALOG_UNAVAILABLE',
  // encoding
  'ENCODER_UNAVAILABLE',
  'ENCODING_FAILED',
  'CAPTURE_FAILED',
  // the library
  'INVALID_INPUT',
  'SESSION_NOT_FOUND',
  'SESSION_ACTIVE',
  'FILE_MISSING',
  'FILE_EXISTS',
  'FILE_NOT_REGULAR',
  'TEXT_NOT_FOUND',
  'INVALID_AUDIO_FILE',
  'TRASH_FAILED',
  'REVEAL_UNAVAILABLE',
  'SESSION_BUSY',
  // files from outside
  'FILE_TOO_LARGE',
  'INTAKE_FULL',
  'INTAKE_NOT_FOUND',
  'FILE_UNREADABLE',
  // text
  'INVALID_TRANSCRIPT',
  'RECOGNISER_NOT_SET',
  'RECOGNISER_UNAVAILABLE',
  'RECOGNISER_FAILED',
  'JOB_NOT_FOUND',
  // who may ask
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'PORT_IN_USE',
  // the capturing side
  'MICROPHONE_NOT_FOUND',
  'MICROPHONE_DENIED',
  'MICROPHONE_BUSY',
  'CAPTURE_UNSUPPORTED',
  'SYSTEM_AUDIO_UNAVAILABLE',
  'SYSTEM_AUDIO_REFUSED',
  'SYSTEM_AUDIO_NOT_SHARED',
  'SYSTEM_AUDIO_NEEDS_CLICK',
  'CONNECTION_LOST',
]);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** Messages that clients may rely on, word for word. */
export const FIXED_MESSAGES = {
  UNKNOWN_ACTION: 'Unknown action',
  INVALID_FORMAT: "Invalid format. Use 'wav', 'mp4' or 'mp3'",
  NOT_RECORDING: "Recording not started. Send 'start' action first",
  CHUNK_TOO_LARGE: 'Chunk size exceeds limit (1MB)',
  TOTAL_SIZE_LIMIT: 'Total data size exceeds limit (500MB)',
  DURATION_LIMIT: 'Recording duration exceeds limit (1 hour)',
  INVALID_AUDIO_ENCODING: 'Invalid audio data encoding',
  ALREADY_RECORDING: 'Recording already started',
} as const satisfies Partial<Record<ErrorCode, string>>;

/** An error as it crosses a boundary: never a stack, never a path outside the recordings folder. */
export const wireErrorSchema = z.object({ code: errorCodeSchema, message: z.string() });
export type WireError = z.infer<typeof wireErrorSchema>;

/** The one error class. `message` says what was expected, what came, and what to do. */
export class LecternError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LecternError';
    this.code = code;
    this.details = options.details;
  }
}

/** An error with one of the messages that clients rely on. */
export function fixedError(code: keyof typeof FIXED_MESSAGES): LecternError {
  return new LecternError(code, FIXED_MESSAGES[code]);
}

/**
 * What may leave the process about `error`: the code and message of a LecternError, and for anything else
 * INTERNAL with the error's kind. Messages of foreign errors may hold paths and audio, so they stay inside.
 */
export function toWireError(error: unknown): WireError {
  if (error instanceof LecternError) return { code: error.code, message: error.message };
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const kind = code ?? (error instanceof Error ? error.name : typeof error);
  return { code: 'INTERNAL', message: `Internal error: ${kind}` };
}

/** The outcome of an expected-to-fail call, as it crosses a boundary. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError };
