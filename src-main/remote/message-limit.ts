import { Buffer } from 'node:buffer';

/** RFC 6455, 5.2. */
const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const OPCODE = { continuation: 0x0, text: 0x1, binary: 0x2, firstControl: 0x8 } as const;
const MASK_BYTES = 4;
/** Bytes of an oversized binary message that are passed on: the size of a chunk's header. */
const HEAD_BYTES = 16;
/**
 * Bytes of an oversized text that are passed on, from its beginning and again from its end: room for every key of a
 * chunk except its data. The most that a frame's short header can give.
 */
export const TEXT_ENDS_BYTES = 125;
/** An empty end of a message: a last frame without payload, masked with zeros. */
const EMPTY_END = Buffer.from([FIN | OPCODE.continuation, MASKED, 0, 0, 0, 0]);

/**
 * What happened to a message, by its number: passed on as it came, cut, or cut without an end to come. `end` does not
 * come from the client: it is the last bytes of a cut text, once all of it has come.
 */
export type MessageFate = 'whole' | 'cut' | 'endless' | 'end';

export interface MessageLimitOptions {
  /** Bytes of payload that a message may have. */
  readonly maxBytes: number;
  /** Frames that a message may come in. */
  readonly maxFrames: number;
}

/** Reads what a WebSocket client sends before it is parsed, and drops the excess of oversized messages. */
export interface MessageLimit {
  /** Takes bytes as they came from the client; returns the bytes to parse. These are views, not copies. */
  push(bytes: Buffer): Buffer[];
  /** Returns once what happened to the next parsed message; call it in the order of the messages. */
  nextFate(): MessageFate;
}

/** A frame's fixed fields. */
interface FrameStart {
  readonly first: number;
  readonly opcode: number;
  readonly bytes: number;
  readonly header: Buffer;
}

/**
 * An oversized message is ended for the parser as soon as that is known, with its first bytes, and the rest is dropped
 * as it arrives: it is never stored, and later messages are parsed as usual. Frames that violate RFC 6455 are passed on
 * unchanged, for the parser to refuse.
 */
export function createMessageLimit({ maxBytes, maxFrames }: MessageLimitOptions): MessageLimit {
  let header: Buffer = Buffer.alloc(0);
  /** Bytes of the current frame's payload that are still to come, and how many of them are passed on. */
  let payloadLeft = 0;
  let passLeft = 0;
  /** The current message; undefined between two. */
  let message: { bytes: number; frames: number; isDropped: boolean; readonly isText: boolean } | undefined;
  /** The current frame, where it belongs to a cut text: its bytes are dropped, except the text's end. */
  let dropped: { readonly mask: Buffer; readonly isLast: boolean; at: number } | undefined;
  let textEnd: Buffer = Buffer.alloc(0);
  let isBroken = false;
  let messages = 0;
  let asked = 0;
  const cut = new Map<number, Exclude<MessageFate, 'whole'>>();

  const end = (fate: MessageFate): void => {
    if (fate !== 'whole') cut.set(messages, fate);
    messages++;
  };

  /** @param passed bytes of this payload that were passed on already: they are the text's beginning. */
  const keepTextEnd = (payload: Buffer, passed: number): void => {
    if (dropped === undefined) return;
    const from = Math.max(passed, payload.length - TEXT_ENDS_BYTES);
    const last = Buffer.from(payload.subarray(from));
    const at = dropped.at + from;
    dropped.at += payload.length;
    for (const [index, byte] of last.entries())
      last[index] = byte ^ (dropped.mask[(at + index) % MASK_BYTES] ?? 0);
    textEnd = Buffer.concat([textEnd, last]).subarray(-TEXT_ENDS_BYTES);
  };

  /** A frame of its own, masked with zeros, for the end of a cut text; nothing while more of the text is to come. */
  const endDropped = (): Buffer[] => {
    if (dropped === undefined || payloadLeft > 0) return [];
    const { isLast } = dropped;
    dropped = undefined;
    if (!isLast) return [];
    const last = textEnd;
    textEnd = Buffer.alloc(0);
    end('end');
    return [Buffer.from([FIN | OPCODE.text, MASKED | last.length, 0, 0, 0, 0]), last];
  };

  const handOn = ({ header, bytes }: FrameStart): Buffer[] => {
    payloadLeft = passLeft = bytes;
    return [header];
  };

  const refuseByParser = (frame: Buffer): Buffer[] => {
    isBroken = true;
    return [frame];
  };

  /** Ends the message for the parser, with the beginning of this frame where it is the message's first. */
  const cutShort = (frame: FrameStart, fate: Exclude<MessageFate, 'whole'>): Buffer[] => {
    end(fate);
    payloadLeft = frame.bytes;
    if (frame.opcode === OPCODE.continuation) return [EMPTY_END];
    const headBytes = frame.opcode === OPCODE.text ? TEXT_ENDS_BYTES : HEAD_BYTES;
    passLeft = fate === 'endless' ? 0 : Math.min(headBytes, frame.bytes);
    const start = Buffer.from([FIN | frame.opcode, MASKED | passLeft]);
    return [start, frame.header.subarray(-MASK_BYTES)];
  };

  const begin = (frame: FrameStart): Buffer[] => {
    const { first, opcode, bytes } = frame;
    if (opcode >= OPCODE.firstControl) return handOn(frame);
    const continues = opcode === OPCODE.continuation;
    // For the parser a cut message is over; it refuses a continuation without a message.
    if (continues === (message === undefined))
      return refuseByParser(message?.isDropped === true ? EMPTY_END : frame.header);
    message ??= { bytes: 0, frames: 0, isDropped: false, isText: opcode === OPCODE.text };
    message.bytes += bytes;
    message.frames++;
    const { isDropped, isText } = message;
    const isOversized = message.bytes > maxBytes || message.frames > maxFrames;
    const isLast = (first & FIN) !== 0;
    message.isDropped ||= isOversized;
    if (message.isDropped && isText) dropped = { mask: frame.header.subarray(-MASK_BYTES), isLast, at: 0 };
    if (isLast) message = undefined;
    if (isDropped) {
      payloadLeft = bytes;
      return [];
    }
    if (isOversized) return cutShort(frame, bytes > Number.MAX_SAFE_INTEGER ? 'endless' : 'cut');
    if (isLast) end('whole');
    return handOn(frame);
  };

  return {
    push(bytes) {
      const parts: Buffer[] = [];
      let at = 0;
      while (at < bytes.length && !isBroken) {
        if (payloadLeft === 0) {
          const needed = headerBytes(header) - header.length;
          const more = bytes.subarray(at, at + needed);
          header = header.length === 0 ? more : Buffer.concat([header, more]);
          at += more.length;
          if (header.length < headerBytes(header)) continue;
          const frame = readFrame(header);
          header = Buffer.alloc(0);
          parts.push(...('problem' in frame ? refuseByParser(frame.problem) : begin(frame)), ...endDropped());
          continue;
        }
        const some = bytes.subarray(at, at + Math.min(payloadLeft, bytes.length - at));
        at += some.length;
        payloadLeft -= some.length;
        const passed = Math.min(passLeft, some.length);
        if (passed > 0) parts.push(some.subarray(0, passed));
        passLeft -= passed;
        keepTextEnd(some, passed);
        parts.push(...endDropped());
      }
      if (at < bytes.length) parts.push(bytes.subarray(at));
      return parts;
    },
    nextFate() {
      const fate = cut.get(asked) ?? 'whole';
      cut.delete(asked);
      asked++;
      return fate;
    },
  };
}

/** The length of a frame's header, as far as its bytes so far determine it. */
function headerBytes(header: Buffer): number {
  const second = header[1];
  // A frame without a mask is refused as soon as that is seen.
  if (second === undefined || (second & MASKED) === 0) return 2;
  const length = second & ~MASKED;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + MASK_BYTES;
}

function readFrame(header: Buffer): FrameStart | { readonly problem: Buffer } {
  const first = header.readUInt8(0);
  const second = header.readUInt8(1);
  const opcode = first & 0x0f;
  const short = second & ~MASKED;
  const isControl = opcode >= OPCODE.firstControl;
  if ((first & RESERVED) !== 0 || (second & MASKED) === 0) return { problem: header };
  const isLegal = isControl ? (first & FIN) !== 0 && short <= 125 : opcode <= OPCODE.binary;
  if (!isLegal) return { problem: header };
  const bytes =
    short === 126
      ? header.readUInt16BE(2)
      : short === 127
        ? header.readUInt32BE(2) * 2 ** 32 + header.readUInt32BE(6)
        : short;
  return { first, opcode, bytes, header };
}
