import type { Track } from '../contract/audio-format.ts';
import {
  audioChunkMessageSchema,
  clientMessageSchemas,
  isClientAction,
  type ClientMessage,
} from '../contract/client-messages.ts';
import { fixedError, LecternError } from '../contract/errors.ts';
import { describeProblem } from '../contract/parse-problem.ts';
import { refuseForeignProtocol } from './foreign-protocols.ts';

/** A text frame as a message, or the error that answers it. */
export function parseClientMessage(text: string): ClientMessage | LecternError {
  const message = parseObject(text);
  if (message === undefined)
    return new LecternError('INVALID_MESSAGE', 'Invalid message: expected a JSON object with an action');
  const { action } = message;
  if (action !== undefined && typeof action !== 'string')
    return new LecternError(
      'INVALID_MESSAGE',
      `Invalid message: expected action to be a string, got ${kindOf(action)}`,
    );
  if (action === undefined) return refuseForeignProtocol(message) ?? fixedError('UNKNOWN_ACTION');
  if (!isClientAction(action)) return fixedError('UNKNOWN_ACTION');
  const parsed = clientMessageSchemas[action].safeParse(message);
  if (parsed.success) return parsed.data;
  if (action === 'start' && parsed.error.issues.some((issue) => issue.path[0] === 'format'))
    return fixedError('INVALID_FORMAT');
  return new LecternError('INVALID_MESSAGE', `Invalid message: ${describeProblem(parsed.error, message)}`);
}

/** The chunk that a refused message contained. */
export interface RefusedChunk {
  /** Absent: the first track. */
  readonly track?: Track | undefined;
  readonly seq: number;
}

const refusedChunkSchema = audioChunkMessageSchema
  .pick({ action: true, track: true })
  .extend({ seq: audioChunkMessageSchema.shape.seq.unwrap() });

/**
 * The number of the chunk in `text`, even where the rest is invalid; undefined where it is no chunk, or has no number.
 */
export function readRefusedChunk(text: string): RefusedChunk | undefined {
  return refusedChunkSchema.safeParse(parseObject(text)).data;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
