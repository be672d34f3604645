import type { ByteSource } from './byte-source.ts';
import type { Fault, Finding } from './finding.ts';

interface Box {
  readonly type: string;
  readonly offset: number;
  /** The offset of its end, by its own size. */
  readonly end: number;
}

/** Boxes that contain the boxes by which a fragmented file is recognised. */
const MAX_BOXES = 1_000_000;
/** Most bytes of an index; a larger one means another kind of file. */
const MAX_MOOV_BYTES = 256 * 1024 * 1024;

/** Examines a file that begins as MP4 (ISO 14496-12); undefined for any other. */
export async function diagnoseMp4(source: ByteSource): Promise<Finding | undefined> {
  const first = await source.read(0, 12);
  if (!['ftyp', 'styp', 'moov', 'moof', 'mdat'].includes(first.toString('latin1', 4, 8))) return undefined;
  const { boxes, garbageAt } = await readBoxes(source);
  const last = boxes.at(-1);
  const cut = last !== undefined && last.end > source.size;
  const moov = boxes.find(({ type, end }) => type === 'moov' && end <= source.size);
  const fragments = boxes.filter(({ type }) => type === 'moof');
  const found = (faults: readonly Fault[], rest: Partial<Finding>): Finding => ({
    kind: 'mp4',
    faults,
    ...rest,
  });

  if (moov === undefined) {
    const ends = cut ? `it is cut off in its ${last.type} box, and has` : 'it has';
    const fault: Fault = { code: 'no-index', message: `${ends} no moov box, which says where its audio is` };
    const reason =
      fragments.length > 0
        ? 'it is fragments without their beginning, which alone says how to read them'
        : 'its recorder writes that at the very end and never got there; without a file of the same recorder to ' +
          'learn from, it cannot be rebuilt';
    return found([fault], { reason });
  }
  if (cut) {
    const missing = last.end - source.size;
    const fault: Fault = {
      code: 'truncated',
      message: `it is cut off: the last ${missing} bytes of its ${last.type} box are missing`,
    };
    const action = 'copy the audio that is there into a whole file';
    return found([fault], { cure: { kind: 'remux', container: 'mp4' }, action });
  }
  if (garbageAt === undefined) {
    const audio = boxes.some(({ type }) => type === 'mdat');
    if (audio) return found([], {});
    const fault: Fault = { code: 'truncated', message: 'it is cut off before its audio' };
    return found([fault], { reason: 'it holds no audio' });
  }
  const fault: Fault = {
    code: 'trailing-garbage',
    message: `${source.size - garbageAt} bytes that are not MP4 stand behind it`,
  };
  const cure = { kind: 'rewrite', pieces: [{ offset: 0, length: garbageAt }] } as const;
  return found([fault], { cure, action: 'leave those bytes out' });
}

/** The top-level boxes, and the offset of the first bytes that are no box. */
async function readBoxes(
  source: ByteSource,
): Promise<{ readonly boxes: readonly Box[]; readonly garbageAt: number | undefined }> {
  const boxes: Box[] = [];
  let position = 0;
  while (position < source.size && boxes.length < MAX_BOXES) {
    const head = await source.read(position, 16);
    const type = head.toString('latin1', 4, 8);
    if (head.length < 8 || !/^[\x20-\x7e\xa9]{4}$/.test(type))
      return garbageOrCut(source, boxes, position, head);
    const size32 = head.readUInt32BE(0);
    const size =
      size32 === 1 && head.length === 16
        ? Number(head.readBigUInt64BE(8))
        : size32 === 0
          ? source.size - position
          : size32;
    if (size < 8 || (type === 'moov' && size > MAX_MOOV_BYTES)) return { boxes, garbageAt: position };
    boxes.push({ type, offset: position, end: position + size });
    position += size;
  }
  return { boxes, garbageAt: undefined };
}

/** In a fragmented file, a few bytes at the end are the rest of a box. Elsewhere they mean nothing. */
function garbageOrCut(
  source: ByteSource,
  boxes: Box[],
  position: number,
  head: Buffer,
): { readonly boxes: readonly Box[]; readonly garbageAt: number | undefined } {
  const fragmented = boxes.some(({ type }) => type === 'moof');
  if (head.length < 8 && fragmented && head.some((byte) => byte !== 0))
    return {
      boxes: [...boxes, { type: 'moof', offset: position, end: source.size + 8 }],
      garbageAt: undefined,
    };
  return { boxes, garbageAt: position };
}
