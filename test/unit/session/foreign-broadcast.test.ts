import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createForeignAudio } from '../../../src-main/session/foreign-audio.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openEngine, say } from './memory-engine.ts';

const FORMAT = { encoding: 'pcm_s16le', sampleRate: 16_000, channels: 1 } as const;

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** What a `fmt ` chunk holds, for 16 bits in mono. */
function format(sampleRate: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(1, 0);
  bytes.writeUInt16LE(1, 2);
  bytes.writeUInt32LE(sampleRate, 4);
  bytes.writeUInt32LE(sampleRate * 2, 8);
  bytes.writeUInt16LE(2, 12);
  bytes.writeUInt16LE(16, 14);
  return bytes;
}

/** The header of a file over 4 GB, or of one that may grow so. */
function rf64Header(id: string, dataBytes: number, sampleRate = 16_000): Buffer {
  const size = Buffer.from('10000000', 'hex');
  const ds64 = [u64(BigInt(72 + dataBytes)), u64(BigInt(dataBytes)), u64(0n), Buffer.alloc(4)];
  return Buffer.concat([
    Buffer.from(`${id}\xff\xff\xff\xffWAVEds64\x1c\0\0\0`, 'latin1'),
    ...ds64,
    Buffer.from('fmt '),
    size,
    format(sampleRate),
    Buffer.from('data\xff\xff\xff\xff', 'latin1'),
  ]);
}

function wave64Header(dataBytes: number, sampleRate = 16_000): Buffer {
  const tail = Buffer.from('f3acd3118cd100c04f8edb8a', 'hex');
  return Buffer.concat([
    Buffer.from('726966662e91cf11a5d628db04c10000', 'hex'),
    u64(BigInt(104 + dataBytes)),
    Buffer.from('wave'),
    tail,
    Buffer.from('fmt '),
    tail,
    u64(40n),
    format(sampleRate),
    Buffer.from('data'),
    tail,
    u64(BigInt(24 + dataBytes)),
  ]);
}

const ASF_DATA = '3626b2758e66cf11a6d900aa0062ce6c';
function asf(): Buffer {
  const object = (guid: string, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from(guid, 'hex'), u64(BigInt(24 + body.length)), body]);
  return Buffer.concat([
    object('3026b2758e66cf11a6d900aa0062ce6c', Buffer.from(seededBytes(1, 400))),
    object(ASF_DATA, Buffer.from(seededBytes(2, 9000))),
    object('90080033b1e5cf1189f400a0c90349cb', Buffer.from(seededBytes(3, 60))),
  ]);
}

function crc16(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const isOne = ((sum >> 15) ^ (byte >> bit)) & 1;
      sum = ((sum << 1) & 0xffff) ^ (isOne === 1 ? 0x8005 : 0);
    }
  return sum;
}

/** Frames of 128 bytes: 32 kbit/s at 48 kHz; or such of E-AC-3. */
function ac3(frames: number, id = 8): Buffer {
  const frame = (seed: number): Buffer => {
    const bytes = Buffer.from(seededBytes(seed, 128));
    Buffer.from([0x0b, 0x77]).copy(bytes);
    if (id === 16) Buffer.from([0x00, 0x3f]).copy(bytes, 2);
    bytes[4] = 0;
    bytes[5] = id << 3;
    bytes.writeUInt16BE(crc16(bytes.subarray(2, 126)), 126);
    return bytes;
  };
  return Buffer.concat(Array.from({ length: frames }, (_, index) => frame(index)));
}

/** Packets of one stream, numbered as `count` says. */
function transport(packets: number, count = (packet: number) => packet % 16): Buffer {
  const packet = (index: number): Buffer => {
    const bytes = Buffer.from(seededBytes(index, 188));
    Buffer.from([0x47, 0x01, 0x00, 0x10 | count(index)]).copy(bytes);
    return bytes;
  };
  return Buffer.concat(Array.from({ length: packets }, (_, index) => packet(index)));
}

async function record(pieces: readonly Uint8Array[]) {
  const host = openEngine();
  const connection = host.engine.connect('call', host.client);
  await connection.receiveText(say({ action: 'start', format: 'wav' }));
  for (const piece of pieces) await connection.receiveBinary(piece);
  await connection.receiveText(say({ action: 'stop' }));
  return { errors: host.of('error').map(({ code, message }) => `${code} ${message}`), audio: host.audio() };
}

const cut = (bytes: Buffer, first: number, size: number): Buffer[] => {
  const pieces = [bytes.subarray(0, first)];
  for (let at = first; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
};

describe('long forms of a WAV header', () => {
  const samples = Array.from({ length: 6 }, (_, seed) => seededBytes(seed, 16_000));

  test.each([
    ['RF64', rf64Header('RF64', 96_000)],
    ['RF64 of unknown length', rf64Header('RF64', 0)],
    ['BW64', rf64Header('BW64', 96_000)],
    ['Wave64', wave64Header(96_000)],
    ['Wave64 of unknown length', wave64Header(0)],
  ])('after one of %s in the own format all samples that follow are taken', async (_, header) => {
    const [before, ...after] = samples;
    const { errors, audio } = await record([before ?? header, header, ...after]);
    expect(errors).toEqual([expect.stringMatching(/^UNSUPPORTED_AUDIO .*Send what follows the header/)]);
    expect(audio).toEqual(Buffer.concat(samples));
  });

  test.each([
    ['RF64', rf64Header('RF64', 9000, 44_100)],
    ['Wave64', wave64Header(9000, 44_100)],
  ])('%s in another format is left out to the end that it names', async (_, header) => {
    const file = Buffer.concat([header, seededBytes(9, 9000)]);
    const { errors, audio } = await record([...cut(file, 700, 999), ...samples]);
    expect(errors).toHaveLength(1);
    expect(audio).toEqual(Buffer.concat(samples));
  });
});

describe('Windows Media, AC-3 and transport streams', () => {
  const after = seededBytes(8, 3200);

  test.each([
    [/got Windows Media/, asf()],
    [/got AC-3/, ac3(60)],
    [/got AC-3/, ac3(60, 16)],
    [/got an MPEG transport stream/, transport(60)],
  ])('%s: named once, and left out to the last byte, however it is cut', async (words, stream) => {
    for (const [first, size] of [
      [3200, 3200],
      [1000, 333],
      [stream.length, 1],
    ] as const) {
      const { errors, audio } = await record([...cut(stream, first, size), after]);
      expect(errors).toEqual([expect.stringMatching(words)]);
      expect(audio).toEqual(Buffer.from(after));
    }
  });

  test('samples that only begin so are samples', () => {
    const { examine } = createForeignAudio();
    const heads = [
      asf().subarray(0, 10),
      ac3(1).subarray(0, 40),
      transport(4),
      wave64Header(0).subarray(0, 10),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 2000 }), (head, rest) => {
        expect(examine('raw', Buffer.concat([head, rest]), FORMAT)).toBeUndefined();
      }),
    );
    // Sound with a period of 188 bytes has the same byte in each packet's place; a wrong check sum is no AC-3.
    expect(examine('raw', Buffer.alloc(18_800, transport(1)), FORMAT)).toBeUndefined();
    expect(
      examine(
        'raw',
        transport(30, () => 5),
        FORMAT,
      ),
    ).toBeUndefined();
    const damaged = ac3(1);
    damaged[60] = (damaged[60] ?? 0) ^ 1;
    expect(examine('raw', damaged, FORMAT)).toBeUndefined();
  });
});
