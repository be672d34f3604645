import { expect, it } from 'vitest';
import { createMessageLimit, type MessageFate } from '../../../src-main/remote/message-limit.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

const FIN = 0x80;
const MASK = Buffer.from([1, 2, 3, 4]);

/** A client's frame with this payload, masked or not makes no difference here. */
function frame(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  const size = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + size);
  head.writeUInt8(first, 0);
  head.writeUInt8(0x80 | (size === 0 ? length : size === 2 ? 126 : 127), 1);
  if (size === 2) head.writeUInt16BE(length, 2);
  if (size === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, MASK, payload]);
}

/** The same with a mask of zeros. */
function plainFrame(first: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/** Payload bytes from `at` on as the client meant them. */
function unmasked(bytes: Buffer, at: number): Buffer {
  return Buffer.from(bytes.map((byte, index) => byte ^ (MASK[(at + index) % 4] ?? 0)));
}

const limits = { maxBytes: 1000, maxFrames: 10 };
const END = Buffer.from([0x80, 0x80, 0, 0, 0, 0]);
const payload = (bytes: number) => Buffer.from(seededBytes(bytes, bytes));

/** What is handed on of these frames, however the network cuts them. */
function pass(frames: readonly Buffer[], pieceBytes: number): { passed: Buffer; fates: MessageFate[] } {
  const limit = createMessageLimit(limits);
  const bytes = Buffer.concat(frames);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    parts.push(...limit.push(bytes.subarray(at, at + pieceBytes)));
  return { passed: Buffer.concat(parts), fates: [limit.nextFate(), limit.nextFate(), limit.nextFate()] };
}

const whole = [
  frame(FIN | 2, payload(125)),
  frame(2, payload(126)),
  frame(FIN | 9, payload(3)),
  frame(FIN, payload(874)),
];
const ping = frame(FIN | 9, payload(9));
const next = frame(FIN | 1, payload(0));

it.each([1, 2, 7, 100, 1_000_000])(
  'hands on what is within the limits as it came, in pieces of %i bytes',
  (bytes) => {
    expect(pass(whole, bytes)).toEqual({ passed: Buffer.concat(whole), fates: ['whole', 'whole', 'whole'] });
  },
);

it.each([1, 2, 7, 100, 1_000_000])(
  'cuts one frame that is too long to its first bytes, in pieces of %i bytes',
  (bytes) => {
    const long = payload(70_000);
    expect(pass([frame(FIN | 2, long), ping, next], bytes)).toEqual({
      passed: Buffer.concat([frame(FIN | 2, long.subarray(0, 16)), ping, next]),
      fates: ['cut', 'whole', 'whole'],
    });
  },
);

it.each([1, 7, 1_000_000])(
  'ends a message in many frames where it becomes too long, in pieces of %i bytes',
  (bytes) => {
    const first = frame(1, payload(600));
    const rest = [frame(0, payload(401)), ping, frame(0, payload(5)), frame(FIN, payload(9000))];
    expect(pass([first, ...rest, next], bytes)).toEqual({
      passed: Buffer.concat([
        first,
        END,
        ping,
        plainFrame(FIN | 1, unmasked(payload(9000).subarray(-125), 8875)),
        next,
      ]),
      fates: ['cut', 'end', 'whole'],
    });
  },
);

it.each([1, 2, 7, 100, 1_000_000])(
  'keeps both ends of a text in one frame that is too long, in pieces of %i bytes',
  (bytes) => {
    const long = payload(1203);
    expect(pass([frame(FIN | 1, long), ping, next], bytes)).toEqual({
      passed: Buffer.concat([
        frame(FIN | 1, long.subarray(0, 125)),
        plainFrame(FIN | 1, unmasked(long.subarray(-125), 1203 - 125)),
        ping,
        next,
      ]),
      fates: ['cut', 'end', 'whole'],
    });
  },
);

it.each([1, 7, 1_000_000])(
  'keeps the end of a text that many short frames end, and of each its own mask, in pieces of %i bytes',
  (bytes) => {
    const first = frame(1, payload(990));
    const short = [
      frame(0, payload(3)),
      frame(0, payload(5)),
      frame(0, payload(61)),
      ping,
      frame(FIN, payload(7)),
    ];
    const end = [61, 7].map((length) => unmasked(payload(length), 0));
    expect(pass([first, ...short, next], bytes)).toEqual({
      passed: Buffer.concat([
        first,
        ...short.slice(0, 2),
        END,
        ping,
        plainFrame(FIN | 1, Buffer.concat(end)),
        next,
      ]),
      fates: ['cut', 'end', 'whole'],
    });
  },
);

it('says nothing of the end of a text that never ends, or of one that has nothing more', () => {
  const endless = [frame(1, payload(1001)), frame(0, payload(500))];
  expect(pass(endless, 10)).toMatchObject({ fates: ['cut', 'whole', 'whole'] });
  const emptyEnd = [frame(1, payload(1001)), frame(FIN, payload(0)), next];
  expect(pass(emptyEnd, 10).fates).toEqual(['cut', 'end', 'whole']);
});

it('ends a message in more frames than the parser takes', () => {
  const frames = [
    frame(2, payload(1)),
    ...Array<Buffer>(20).fill(frame(0, payload(1))),
    frame(FIN, payload(1)),
  ];
  expect(pass([...frames, next], 5)).toEqual({
    passed: Buffer.concat([...frames.slice(0, limits.maxFrames), END, next]),
    fates: ['cut', 'whole', 'whole'],
  });
});

it('knows a length that never ends, and hands on nothing after it', () => {
  const endless = Buffer.concat([Buffer.from('82ff4000000000000000', 'hex'), MASK]);
  expect(pass([next, endless, next], 3)).toEqual({
    passed: Buffer.concat([next, Buffer.from([FIN | 2, 0x80]), MASK]),
    fates: ['whole', 'endless', 'whole'],
  });
});

it('leaves what breaks the protocol to the parser, within a message that was cut too', () => {
  const unmasked = Buffer.from('8100', 'hex');
  expect(pass([unmasked, ping], 1).passed).toEqual(Buffer.concat([unmasked, ping]));
  const cut = frame(2, payload(2000));
  const passed = Buffer.concat([frame(FIN | 2, payload(2000).subarray(0, 16)), END]);
  expect(pass([cut, frame(FIN | 2, payload(3))], 4).passed.subarray(0, passed.length)).toEqual(passed);
});
