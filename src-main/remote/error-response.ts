import { errorStatus } from '../contract/error-status.ts';
import { toWireError, type WireError } from '../contract/errors.ts';

/** `{error: {code, message}}` with the status that fits the code, or the one given. */
export function errorResponse(error: WireError, status = errorStatus(error.code)): Response {
  return Response.json({ error }, { status, headers: { 'Cache-Control': 'no-store' } });
}

/** The same for anything thrown: of foreign errors only the kind is given. */
export function thrownResponse(error: unknown): Response {
  return errorResponse(toWireError(error));
}
