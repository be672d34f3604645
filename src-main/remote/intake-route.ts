import { INTAKE_PIECE_BYTES, intakeIdSchema } from '../contract/intake.ts';
import type { Recorder } from '../recorder.ts';
import { errorResponse, thrownResponse } from './error-response.ts';
import { fileResponse } from './file-response.ts';

const ROUTE = /^\/api\/intake\/([^/]+)\/(bytes|file)$/;

/** True for the paths that this route answers; other paths beside them are operations of contract/api.ts. */
export function isIntakePath(pathname: string): boolean {
  return ROUTE.test(pathname);
}

/**
 * The bytes of files from outside, for both shells. PUT `/api/intake/:id/bytes?offset=N` receives a piece of one. GET
 * `/api/intake/:id/file` returns the repaired copy, or the original where there is none.
 */
export function createIntakeRoute({
  intakeFiles,
}: Pick<Recorder, 'intakeFiles'>): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const [, id = '', what] = ROUTE.exec(pathname) ?? [];
    if (!intakeIdSchema.safeParse(id).success)
      return errorResponse({ code: 'NOT_FOUND', message: 'Expected /api/intake/{id}/bytes or /file' });
    try {
      if (what === 'bytes' && request.method === 'PUT')
        return await receive(request, id, searchParams.get('offset'), intakeFiles);
      if (what === 'file' && (request.method === 'GET' || request.method === 'HEAD')) {
        const { path, name } = intakeFiles.resolve(id);
        return await fileResponse(request, path, { downloadName: name });
      }
      return errorResponse({
        code: 'NOT_FOUND',
        message: `Expected PUT for bytes or GET for the file, got ${request.method}`,
      });
    } catch (error) {
      return thrownResponse(error);
    }
  };
}

async function receive(
  request: Request,
  id: string,
  offset: string | null,
  intakeFiles: Recorder['intakeFiles'],
): Promise<Response> {
  if (offset === null || !/^\d{1,15}$/.test(offset))
    return errorResponse({
      code: 'INVALID_INPUT',
      message: 'Expected ?offset= to say how many bytes were sent before',
    });
  if (Number(request.headers.get('content-length') ?? 0) > INTAKE_PIECE_BYTES)
    return errorResponse({
      code: 'FILE_TOO_LARGE',
      message: `Expected a piece of at most ${INTAKE_PIECE_BYTES} bytes`,
    });
  const body: ReadableStream<Uint8Array> | null = request.body;
  const received = await intakeFiles.receive(id, Number(offset), body ?? nothing());
  return Response.json({ received_bytes: received }, { headers: { 'Cache-Control': 'no-store' } });
}

async function* nothing(): AsyncGenerator<never> {
  // A piece of no bytes.
}
