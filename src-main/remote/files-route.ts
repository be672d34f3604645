import { sessionIdSchema } from '../contract/session-id.ts';
import type { Recorder } from '../recorder.ts';
import { errorResponse } from './error-response.ts';
import { fileResponse } from './file-response.ts';

const ROUTE = /^\/api\/sessions\/([^/]+)\/files\/([^/]+)$/;

/** Where a client fetches a session's file, relative to the shell's own address. */
export function filePath(sessionId: string, name: string): string {
  return `/api/sessions/${encodeURIComponent(sessionId)}/files/${encodeURIComponent(name)}`;
}

/**
 * Answers `/api/sessions/:id/files/:name` for both shells. Only what the recorder lists as a session's file is
 * served: the name never becomes part of a path here.
 */
export function createFilesRoute({
  resolveFile,
}: Pick<Recorder, 'resolveFile'>): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return errorResponse({ code: 'NOT_FOUND', message: `Expected GET or HEAD, got ${request.method}` });
    const [, id, name] = (ROUTE.exec(new URL(request.url).pathname) ?? []).map(decoded);
    if (
      id === undefined ||
      name === undefined ||
      !sessionIdSchema.safeParse(id).success ||
      !isPlainName(name)
    )
      return errorResponse({
        code: 'NOT_FOUND',
        message: 'Expected /api/sessions/{id}/files/{name} with plain names',
      });
    const path = resolveFile(id, name);
    if (path === undefined)
      return errorResponse({ code: 'NOT_FOUND', message: `Session ${id} has no finished file of that name` });
    return fileResponse(request, path, { downloadName: name });
  };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function isPlainName(name: string): boolean {
  return !/[/\\:\p{Cc}]/u.test(name) && name !== '.' && name !== '..';
}
