import { MPEG1_SAMPLE_RATES, mp3Kilobits } from '../audio/mpeg-rates.ts';
import { bufferedSource, type ByteSource } from './byte-source.ts';
import type { Fault, Finding } from './finding.ts';

/** Most tags before the audio. Taggers that do not know each other each add one. */
const MAX_TAGS = 16;
/** Bytes in which frames are searched for. */
const SEARCH_BYTES = 64 * 1024;
/** Consecutive frames that prove an MP3. */
const CONVINCING_FRAMES = 4;

/** Examines a file that is MP3 frames, perhaps behind a tag; undefined for any other. */
export async function diagnoseMp3(file: ByteSource): Promise<Finding | undefined> {
  const source = bufferedSource(file);
  const start = await firstFrame(source);
  let frames = 0;
  let position = start;
  let declared: number | undefined;
  for (;;) {
    const head = await source.read(position, 4);
    const bytes = frameBytes(head);
    if (bytes === undefined) break;
    if (frames === 0) declared = await declaredBytes(source, position, bytes);
    if (position + bytes > source.size) break;
    position += bytes;
    frames++;
  }
  if (frames < CONVINCING_FRAMES) return undefined;
  const found = (faults: readonly Fault[], rest: Partial<Finding>): Finding => ({
    kind: 'mp3',
    faults,
    ...rest,
  });
  const cure = { kind: 'remux', container: 'mp3', endOffset: position } as const;
  const action = 'copy the audio that is there into a whole file';
  const left = source.size - position;
  const missing = declared === undefined ? 0 : start + declared - position;
  const isFrame = frameBytes(await source.read(position, 4)) !== undefined;
  // Some encoders count their own first frame and some do not.
  if (missing > 2 * 1441) {
    const message = `it is cut off: about ${missing} bytes that its first frame counts are missing`;
    return found([{ code: 'truncated', message }], { cure, action });
  }
  if (isFrame || (left > 0 && left < 4)) {
    const message = `it is cut off in its last frame, of which ${left} bytes are left`;
    return found([{ code: 'truncated', message }], { cure, action });
  }
  if (left === 0 || (await isTag(source, position))) return found([], {});
  const tail = await source.read(position, SEARCH_BYTES);
  if (findFrames(tail) !== undefined) {
    const fault: Fault = { code: 'unreadable', message: `${left} bytes behind it are damaged frames` };
    return found([fault], { cure, action });
  }
  const fault: Fault = {
    code: 'trailing-garbage',
    message: `${left} bytes that are not MP3 stand behind it`,
  };
  const pieces = [{ offset: 0, length: position }];
  return found([fault], { cure: { kind: 'rewrite', pieces }, action: 'leave those bytes out' });
}

/** The offset of the first frame: behind one or more tags, and behind other bytes before the audio. */
async function firstFrame(source: ByteSource): Promise<number> {
  let position = 0;
  for (let tags = 0; tags < MAX_TAGS; tags++) {
    const tagBytes = await id3Bytes(source, position);
    // The tag is longer than the file, so its length is wrong.
    if (tagBytes === 0 || position + tagBytes >= source.size) break;
    position = await skipZeros(source, position + tagBytes);
  }
  position = await skipZeros(source, position);
  if (frameBytes(await source.read(position, 4)) !== undefined) return position;
  const at = findFrames(await source.read(position, SEARCH_BYTES));
  return at === undefined ? position : position + at;
}

async function id3Bytes(source: ByteSource, position: number): Promise<number> {
  const head = await source.read(position, 10);
  if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return 0;
  const footer = ((head[5] ?? 0) & 0x10) === 0 ? 0 : 10;
  const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  return 10 + size + footer;
}

async function skipZeros(source: ByteSource, from: number): Promise<number> {
  for (let position = from; position < source.size; position += SEARCH_BYTES) {
    const block = await source.read(position, SEARCH_BYTES);
    const at = block.findIndex((byte) => byte !== 0);
    if (at >= 0) return position + at;
  }
  return source.size;
}

/** Bytes of the frame that begins with `head`; undefined where no frame begins there. */
function frameBytes(head: Buffer): number | undefined {
  const [sync = 0, version = 0, rates = 0] = head;
  if (head.length < 4 || sync !== 0xff || (version & 0xe0) !== 0xe0 || (version & 0x06) !== 0x02)
    return undefined;
  const mpeg = (version >> 3) & 3;
  const sampleRate = MPEG1_SAMPLE_RATES[(rates >> 2) & 3];
  const kilobits = mp3Kilobits(mpeg === 3 ? 1 : 2)[rates >> 4];
  if (mpeg === 1 || sampleRate === undefined || kilobits === undefined || kilobits === 0) return undefined;
  const rate = mpeg === 3 ? sampleRate : mpeg === 2 ? sampleRate / 2 : sampleRate / 4;
  return Math.floor(((mpeg === 3 ? 144 : 72) * kilobits * 1000) / rate) + ((rates >> 1) & 1);
}

/** The length in bytes in the Xing or Info header of the first frame. */
async function declaredBytes(
  source: ByteSource,
  position: number,
  bytes: number,
): Promise<number | undefined> {
  const frame = await source.read(position, bytes);
  const at = Math.max(frame.indexOf('Xing', 0, 'latin1'), frame.indexOf('Info', 0, 'latin1'));
  if (at < 0 || at > 40 || at + 16 > frame.length) return undefined;
  const flags = frame.readUInt32BE(at + 4);
  if ((flags & 2) === 0) return undefined;
  return frame.readUInt32BE(at + ((flags & 1) === 0 ? 8 : 12));
}

async function isTag(source: ByteSource, position: number): Promise<boolean> {
  const tail = await source.read(position, 8);
  return ['TAG', 'ID3', 'APETAGEX', 'LYRICSBE'].some((mark) => tail.toString('latin1').startsWith(mark));
}

/** The offset of the first consecutive frames; undefined where there are none. */
function findFrames(area: Buffer): number | undefined {
  for (let at = 1; at + 4 <= area.length; at++) {
    let position = at;
    for (let count = 0; count < CONVINCING_FRAMES; count++) {
      const bytes = frameBytes(area.subarray(position, position + 4));
      if (bytes === undefined) break;
      position += bytes;
      if (count === CONVINCING_FRAMES - 1) return at;
    }
  }
  return undefined;
}
