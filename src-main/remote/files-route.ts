import { isFileName } from '../contract/file-name.ts';
import { sessionIdSchema } from '../contract/session-id.ts';
import type { Recorder } from '../recorder.ts';
import { errorResponse } from './error-response.ts';
import { fileResponse, stretchResponse } from './file-response.ts';

const FILES = /^\/api\/sessions\/([^/]+)\/files\/([^/]+)$/;
const SEGMENTS = /^\/api\/sessions\/([^/]+)\/segments\/([0-9a-f-]{36})\.wav$/;

/** Where a client fetches a session's file, relative to the shell's own address. */
export function filePath(sessionId: string, name: string): string {
  return `/api/sessions/${encodeURIComponent(sessionId)}/files/${encodeURIComponent(name)}`;
}

/**
 * Answers `/api/sessions/:id/files/:name` and `/api/sessions/:id/segments/:segment.wav` for both shells. Only what the
 * recorder lists as a session's file, or as the audio of one of its turns, is served: no name becomes part of a path here.
 */
export function createFilesRoute(
  recorder: Pick<Recorder, 'resolveFile' | 'findSegment'>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return errorResponse({ code: 'NOT_FOUND', message: `Expected GET or HEAD, got ${request.method}` });
    const { pathname } = new URL(request.url);
    const segment = (SEGMENTS.exec(pathname) ?? []).map(decoded);
    if (segment.length > 0) return answerSegment(request, segment[1], segment[2], recorder);
    const [, id, name] = (FILES.exec(pathname) ?? []).map(decoded);
    if (!isSessionId(id) || name === undefined || !isFileName(name))
      return errorResponse({
        code: 'NOT_FOUND',
        message: 'Expected /api/sessions/{id}/files/{name} or /segments/{segment_id}.wav with plain names',
      });
    const path = recorder.resolveFile(id, name);
    if (path === undefined)
      return errorResponse({ code: 'NOT_FOUND', message: `Session ${id} has no finished file of that name` });
    return fileResponse(request, path, { downloadName: name });
  };
}

async function answerSegment(
  request: Request,
  id: string | undefined,
  segmentId: string | undefined,
  { findSegment }: Pick<Recorder, 'findSegment'>,
): Promise<Response> {
  const slice = isSessionId(id) && segmentId !== undefined ? await findSegment(id, segmentId) : undefined;
  if (slice === undefined)
    return errorResponse({ code: 'NOT_FOUND', message: 'There is no audio of a turn of that name' });
  return stretchResponse(request, slice, { downloadName: `${segmentId}.wav`, extension: '.wav' });
}

function isSessionId(id: string | undefined): id is string {
  return sessionIdSchema.safeParse(id).success;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
