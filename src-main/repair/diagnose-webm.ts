import type { ByteSource } from './byte-source.ts';
import type { Fault, Finding } from './finding.ts';

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const TRACKS = 0x1654ae6b;
const CLUSTER = 0x1f43b675;
/** Elements before the first cluster: seek head, info, tracks, tags, void. */
const MAX_ELEMENTS = 64;

interface Element {
  readonly id: number;
  readonly content: number;
  /** Undefined where the writer did not know the size yet. */
  readonly end: number | undefined;
}

/** Examines a file that begins as WebM or Matroska (RFC 8794, RFC 9559); undefined for any other. */
export async function diagnoseWebm(source: ByteSource): Promise<Finding | undefined> {
  const header = await readElement(source, 0);
  if (header?.id !== EBML || header.end === undefined) return undefined;
  const segment = await readElement(source, header.end);
  const children = segment?.id === SEGMENT ? await readUntilCluster(source, segment.content) : [];
  const has = (id: number) => children.some((child) => child.id === id);
  const found = (faults: readonly Fault[], rest: Partial<Finding>): Finding => ({
    kind: 'webm',
    faults,
    ...rest,
  });
  if (segment === undefined || !has(TRACKS) || !has(CLUSTER)) {
    const fault: Fault = { code: 'truncated', message: 'it is cut off before its audio' };
    return found([fault], { reason: 'it holds no audio' });
  }
  const action = 'copy the audio that is there into a whole file';
  const cure = { kind: 'remux', container: 'webm' } as const;
  if (segment.end === undefined) {
    const message = 'it was never finished: its length is not known and it cannot be sought in';
    return found([{ code: 'unfinished', message }], { cure, action });
  }
  if (segment.end > source.size) {
    const message = `it is cut off: its last ${segment.end - source.size} bytes are missing`;
    return found([{ code: 'truncated', message }], { cure, action });
  }
  if (segment.end === source.size) return found([], {});
  const fault: Fault = {
    code: 'trailing-garbage',
    message: `${source.size - segment.end} bytes that are not WebM stand behind it`,
  };
  const pieces = [{ offset: 0, length: segment.end }];
  return found([fault], { cure: { kind: 'rewrite', pieces }, action: 'leave those bytes out' });
}

async function readUntilCluster(source: ByteSource, from: number): Promise<Element[]> {
  const elements: Element[] = [];
  for (let position = from; elements.length < MAX_ELEMENTS;) {
    const element = await readElement(source, position);
    if (element === undefined) break;
    elements.push(element);
    if (element.id === CLUSTER || element.end === undefined) break;
    position = element.end;
  }
  return elements;
}

async function readElement(source: ByteSource, offset: number): Promise<Element | undefined> {
  const head = await source.read(offset, 12);
  const idBytes = Math.clz32(head[0] ?? 0) - 23;
  const sizeBytes = Math.clz32(head[idBytes] ?? 0) - 23;
  if (idBytes > 4 || sizeBytes > 8 || head.length < idBytes + sizeBytes) return undefined;
  let size = (head[idBytes] ?? 0) & (0xff >> sizeBytes);
  let known = size !== 0xff >> sizeBytes;
  for (const byte of head.subarray(idBytes + 1, idBytes + sizeBytes)) {
    size = size * 256 + byte;
    known ||= byte !== 0xff;
  }
  const content = offset + idBytes + sizeBytes;
  return { id: head.readUIntBE(0, idBytes), content, end: known ? content + size : undefined };
}
