import { type ErrorCode, toWireError, type WireError } from '../contract/errors.ts';

const STATUS: Partial<Record<ErrorCode, number>> = {
  INVALID_INPUT: 400,
  INVALID_SESSION_ID: 400,
  INVALID_MESSAGE: 400,
  INVALID_FORMAT: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  FILE_NOT_REGULAR: 403,
  NOT_FOUND: 404,
  SESSION_NOT_FOUND: 404,
  FILE_MISSING: 404,
  TEXT_NOT_FOUND: 404,
  SESSION_ACTIVE: 409,
  SESSION_IN_USE: 409,
  SESSION_BUSY: 409,
  FILE_EXISTS: 409,
  TRANSCRIPT_FULL: 409,
  INTAKE_NOT_FOUND: 404,
  FILE_TOO_LARGE: 413,
  INTAKE_FULL: 429,
  UNSUPPORTED_AUDIO: 415,
  UNSUPPORTED_PROTOCOL: 415,
  INVALID_AUDIO_FILE: 422,
  INVALID_TRANSCRIPT: 422,
  REVEAL_UNAVAILABLE: 501,
  SHUTTING_DOWN: 503,
  CATALOG_UNAVAILABLE: 503,
  ENCODER_UNAVAILABLE: 503,
  DISK_FULL: 507,
};

export function errorStatus(code: ErrorCode): number {
  return STATUS[code] ?? 500;
}

/** `{error: {code, message}}` with the status that fits the code, or the one given. */
export function errorResponse(error: WireError, status = errorStatus(error.code)): Response {
  return Response.json({ error }, { status, headers: { 'Cache-Control': 'no-store' } });
}

/** The same for anything thrown: foreign errors tell only their kind. */
export function thrownResponse(error: unknown): Response {
  return errorResponse(toWireError(error));
}
