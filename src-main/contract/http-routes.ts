import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import { intakeIdSchema } from './intake.ts';
import type { HttpMethod } from './operations/operation.ts';
import { sessionReference } from './operations/session-reference.ts';
import { sessionIdSchema } from './session-id.ts';

/** HTTP routes besides the operations of api.ts: bytes, plain text, and the server's own state. */
export interface HttpRoute {
  readonly method: HttpMethod;
  readonly path: string;
  readonly title: string;
  /** One sentence on what it does and answers. */
  readonly summary: string;
  /** The keys of the path and of the query. */
  readonly input: z.ZodObject;
  /** Media type of the body that it takes; absent for none. */
  readonly takes?: string;
  readonly answers: Readonly<Record<number, HttpAnswer>>;
  readonly errors: readonly ErrorCode[];
}

export interface HttpAnswer {
  readonly description: string;
  /** Absent for an answer without a body. */
  readonly mediaType?: string;
  /** What the body is as JSON. */
  readonly schema?: z.ZodType;
}

const fileAnswers: HttpRoute['answers'] = {
  200: { description: 'The whole file', mediaType: 'audio/*' },
  206: { description: 'The Range that was asked for', mediaType: 'audio/*' },
  416: { description: 'There is no such Range; Content-Range tells the size' },
};
const download = z.literal('1').optional().describe('Makes it an attachment, to be saved');
const json = (description: string, schema: z.ZodType): HttpRoute['answers'] => ({
  200: { description, mediaType: 'application/json', schema },
});

export const healthSchema = z.object({
  status: z.literal('ok'),
  version: z.string(),
  active_sessions: z.int().min(0),
});

/** Each is answered by a function of its name in remote/http-app.ts. */
export const httpRoutes = {
  'server.health': {
    method: 'GET',
    path: '/health',
    title: 'Ask for health',
    summary: 'Tells that the server runs, its version, and how many sessions are being recorded.',
    input: z.strictObject({}),
    answers: json('It runs', healthSchema),
    errors: [],
  },
  'server.metrics': {
    method: 'GET',
    path: '/metrics',
    title: 'Read metrics',
    summary: 'Tells the totals since launch in Prometheus’ text format.',
    input: z.strictObject({}),
    answers: { 200: { description: 'The totals', mediaType: 'text/plain' } },
    errors: [],
  },
  'server.openapi': {
    method: 'GET',
    path: '/api/openapi.json',
    title: 'Read this document',
    summary: 'Describes every path of this server, as OpenAPI 3.1.',
    input: z.strictObject({}),
    answers: json('The document', z.looseObject({ openapi: z.string() })),
    errors: [],
  },
  'app.window': {
    method: 'POST',
    path: '/api/window',
    title: 'Open the window',
    summary:
      'Opens the app’s window where this process has one, and tells an address that opens the page once.',
    input: z.strictObject({}),
    answers: json('Whether it was opened', z.object({ opened: z.boolean(), url: z.string() })),
    errors: [],
  },
  'sessions.file': {
    method: 'GET',
    path: '/api/sessions/:id/files/:name',
    title: 'Fetch a file',
    summary: 'Gives a finished file of a session, whole or a Range of it.',
    input: sessionReference.extend({ name: z.string(), download }),
    answers: fileAnswers,
    errors: ['NOT_FOUND', 'FILE_MISSING', 'FILE_NOT_REGULAR'],
  },
  'sessions.segment': {
    method: 'GET',
    path: '/api/sessions/:id/segments/:name',
    title: 'Fetch a turn’s audio',
    summary: 'Gives the audio of one turn, or of its stretch in one part, as a WAV, whole or a Range of it.',
    input: sessionReference.extend({
      name: z.string().describe('The segment’s id and `.wav`'),
      download,
    }),
    answers: fileAnswers,
    errors: ['NOT_FOUND', 'FILE_MISSING', 'FILE_NOT_REGULAR'],
  },
  'intake.send_bytes': {
    method: 'PUT',
    path: '/api/intake/:id/bytes',
    title: 'Send a piece of a file',
    summary: 'Takes the next bytes of a file from outside, 4 MB at most, and tells how many are there.',
    input: z.strictObject({
      id: intakeIdSchema,
      offset: z.coerce.number().int().min(0).describe('How many bytes were sent before'),
    }),
    takes: 'application/octet-stream',
    answers: json('What is there now', z.object({ received_bytes: z.int().min(0) })),
    errors: ['INVALID_INPUT', 'NOT_FOUND', 'INTAKE_NOT_FOUND', 'FILE_TOO_LARGE', 'DISK_FULL', 'WRITE_FAILED'],
  },
  'intake.file': {
    method: 'GET',
    path: '/api/intake/:id/file',
    title: 'Fetch a file from outside',
    summary: 'Gives the mended copy, or the file as it came where there is none, whole or a Range of it.',
    input: z.strictObject({ id: intakeIdSchema, download }),
    answers: fileAnswers,
    errors: ['NOT_FOUND', 'INTAKE_NOT_FOUND', 'FILE_MISSING', 'FILE_NOT_REGULAR'],
  },
} as const satisfies Readonly<Record<string, HttpRoute>>;

export type HttpRouteName = keyof typeof httpRoutes;

export function isHttpRouteName(name: string): name is HttpRouteName {
  return Object.hasOwn(httpRoutes, name);
}

const upgraded: HttpRoute['answers'] = { 101: { description: 'The WebSocket is open' } };

/** WebSockets. Their messages are defined in client-messages.ts and server-messages.ts. */
export const socketRoutes = {
  'sessions.record': {
    method: 'GET',
    path: '/ws/:session_id',
    title: 'Record',
    summary: 'Opens a WebSocket on which a session is recorded; an id of `new` has one chosen.',
    input: z.strictObject({ session_id: sessionIdSchema }),
    answers: upgraded,
    errors: ['NOT_FOUND'],
  },
  'sessions.listen': {
    method: 'GET',
    path: '/ws/:session_id/tap',
    title: 'Listen in',
    summary: 'Opens a WebSocket on which a running session’s audio, turns and text are heard.',
    input: z.strictObject({ session_id: sessionIdSchema }),
    answers: upgraded,
    errors: ['NOT_FOUND'],
  },
} as const satisfies Readonly<Record<string, HttpRoute>>;

/** Errors that any HTTP request may get before its content is looked at. */
export const ACCESS_ERRORS: readonly ErrorCode[] = ['UNAUTHORIZED', 'FORBIDDEN', 'CONNECTIONS_FULL'];
