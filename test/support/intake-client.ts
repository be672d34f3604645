import { z } from 'zod';
import { INTAKE_PIECE_BYTES, examinationSchema, mendedFileSchema } from '../../src-main/contract/intake.ts';
import { sessionRecordSchema } from '../../src-main/contract/session-record.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends files to a server as the page does, and asks about them. */
export function createIntakeClient({ url, token }: { readonly url: string; readonly token: string }) {
  const headers = { authorization: `Bearer ${token}` };

  async function ask(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  async function put(id: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<Answer> {
    const response = await fetch(new URL(`/api/intake/${id}/bytes?offset=${offset}`, url), {
      method: 'PUT',
      headers,
      body: bytes,
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  async function begin(name: string, byteSize: number): Promise<string> {
    const { body } = await ask('POST', '/api/intake', { name, byte_size: byteSize });
    return z.object({ id: z.string() }).parse(body).id;
  }

  return {
    ask,
    put,
    begin,
    /** A whole file, in pieces. */
    async send(name: string, bytes: Uint8Array, pieceBytes = INTAKE_PIECE_BYTES): Promise<string> {
      const id = await begin(name, bytes.length);
      for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
        const { status, body } = await put(
          id,
          offset,
          Uint8Array.from(bytes.subarray(offset, offset + pieceBytes)),
        );
        if (status !== 200) throw new Error(`a piece was refused: ${JSON.stringify(body)}`);
      }
      return id;
    },
    async examine(id: string, hints: object = {}) {
      return examinationSchema.parse((await ask('POST', `/api/intake/${id}/examine`, hints)).body);
    },
    async mend(id: string) {
      return mendedFileSchema.parse((await ask('POST', `/api/intake/${id}/mend`)).body);
    },
    async add(id: string, input: object = {}) {
      return sessionRecordSchema.parse((await ask('POST', `/api/intake/${id}/add`, input)).body);
    },
    async fetchBytes(path: string): Promise<Buffer> {
      const response = await fetch(new URL(path, url), { headers });
      if (!response.ok) throw new Error(`expected ${path}, got ${response.status}`);
      return Buffer.from(await response.arrayBuffer());
    },
  };
}

export const codeOf = ({ body }: Answer): string | undefined =>
  z.object({ error: z.object({ code: z.string() }) }).safeParse(body).data?.error.code;
