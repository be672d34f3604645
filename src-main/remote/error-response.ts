import { type ErrorCode, toWireError, type WireError } from '../contract/errors.ts';

/**
 * Every code has a status of its own accord (RFC 9110, 15): 4xx where another request could succeed, 5xx where it is up
 * to us, or to what we depend on. 500 is for what nobody expected.
 */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  UNKNOWN_ACTION: 400,
  INVALID_FORMAT: 400,
  NOT_RECORDING: 409,
  CHUNK_TOO_LARGE: 413,
  TOTAL_SIZE_LIMIT: 413,
  DURATION_LIMIT: 413,
  INVALID_AUDIO_ENCODING: 400,
  INVALID_CHUNK: 400,
  UNSUPPORTED_AUDIO: 415,
  UNSUPPORTED_PROTOCOL: 415,
  INVALID_MESSAGE: 400,
  ALREADY_RECORDING: 409,
  INTERNAL: 500,
  INVALID_SESSION_ID: 400,
  SESSION_IN_USE: 409,
  SLOW_CONSUMER: 429,
  SHUTTING_DOWN: 503,
  TRANSCRIPT_FULL: 409,
  MARKERS_FULL: 409,
  TURNS_FULL: 409,
  TAPS_FULL: 429,
  CONNECTIONS_FULL: 503,
  FOLDER_UNWRITABLE: 507,
  DISK_FULL: 507,
  WRITE_FAILED: 507,
  CATALOG_UNAVAILABLE: 503,
  ENCODER_UNAVAILABLE: 503,
  ENCODING_FAILED: 422,
  CAPTURE_FAILED: 503,
  INVALID_INPUT: 400,
  SESSION_NOT_FOUND: 404,
  SESSION_ACTIVE: 409,
  FILE_MISSING: 404,
  FILE_EXISTS: 409,
  FILE_NOT_REGULAR: 403,
  TEXT_NOT_FOUND: 404,
  INVALID_AUDIO_FILE: 422,
  TRASH_FAILED: 503,
  REVEAL_UNAVAILABLE: 501,
  SESSION_BUSY: 409,
  FILE_TOO_LARGE: 413,
  INTAKE_FULL: 429,
  INTAKE_NOT_FOUND: 404,
  FILE_UNREADABLE: 422,
  INVALID_TRANSCRIPT: 422,
  RECOGNISER_NOT_SET: 409,
  RECOGNISER_UNAVAILABLE: 502,
  RECOGNISER_FAILED: 502,
  JOB_NOT_FOUND: 404,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  PORT_IN_USE: 409,
  MICROPHONE_NOT_FOUND: 404,
  MICROPHONE_DENIED: 403,
  MICROPHONE_BUSY: 409,
  CAPTURE_UNSUPPORTED: 501,
  SYSTEM_AUDIO_UNAVAILABLE: 409,
  SYSTEM_AUDIO_REFUSED: 403,
  SYSTEM_AUDIO_NOT_SHARED: 409,
  SYSTEM_AUDIO_NEEDS_CLICK: 409,
  CONNECTION_LOST: 503,
};

export function errorStatus(code: ErrorCode): number {
  return STATUS[code];
}

/** `{error: {code, message}}` with the status that fits the code, or the one given. */
export function errorResponse(error: WireError, status = errorStatus(error.code)): Response {
  return Response.json({ error }, { status, headers: { 'Cache-Control': 'no-store' } });
}

/** The same for anything thrown: foreign errors tell only their kind. */
export function thrownResponse(error: unknown): Response {
  return errorResponse(toWireError(error));
}
