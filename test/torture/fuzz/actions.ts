import fc from 'fast-check';
import { gapCauseSchema } from '../../../src-main/contract/capture-report.ts';
import { FRAME_HEADER_BYTES } from '../../../src-main/contract/headed-frame.ts';
import type { Limits } from '../../../src-main/contract/limits.ts';

/** Small, so that a few dozen messages reach them. */
export const FUZZ_LIMITS: Limits = { maxChunkBytes: 8192, maxTotalBytes: 60_000, maxDurationSeconds: 2 };

export interface FuzzStart {
  readonly kind: 'start';
  readonly encoding: 'pcm_s16le' | 'mulaw' | 'pcm_f32le';
  readonly channels: 1 | 2;
  readonly framing: 'raw' | 'headed';
  readonly on_limit: 'stop' | 'continue';
}

/** What a frame's header claims, compared with what it should. */
export type Hostility =
  | 'none'
  | 'repeated'
  | 'wrong version'
  | 'wrong track'
  | 'wrong cause'
  | 'beyond 2^53'
  | 'short'
  | 'jumps ahead'
  | 'starts later';

/** Bytes by their recipe: a failed sequence is printed, and should be readable. */
export interface FuzzBytes {
  readonly length: number;
  readonly first: number;
}

export function bytesOf({ length, first }: FuzzBytes): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index * 7) & 0xff);
}

export type FuzzAction =
  | FuzzStart
  | { readonly kind: 'base64'; readonly bytes: FuzzBytes }
  | { readonly kind: 'not base64'; readonly data: string }
  | { readonly kind: 'binary'; readonly bytes: FuzzBytes }
  | {
      readonly kind: 'headed';
      readonly bytes: FuzzBytes;
      readonly hostility: Hostility;
      readonly by: number;
    }
  | { readonly kind: 'bare'; readonly action: 'pause' | 'resume' | 'status' | 'stop' }
  | { readonly kind: 'marker'; readonly label: string }
  /** A text that no schema takes, with the code that answers it. */
  | { readonly kind: 'text'; readonly text: string; readonly code: string };

const lengths = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 700 }).map((count) => count * 8) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 8180, max: 8300 }) },
);

const bytes: fc.Arbitrary<FuzzBytes> = fc.record({ length: lengths, first: fc.nat(250) });

const start: fc.Arbitrary<FuzzAction> = fc.record({
  kind: fc.constant('start' as const),
  encoding: fc.constantFrom('pcm_s16le', 'pcm_s16le', 'mulaw', 'pcm_f32le'),
  channels: fc.constantFrom(1, 2),
  framing: fc.constantFrom('raw', 'headed'),
  on_limit: fc.constantFrom('stop', 'continue', 'continue'),
});

const KNOWN = new Set(['start', 'audio_chunk', 'pause', 'resume', 'marker', 'status', 'stop', 'transcript']);

const hostileText: fc.Arbitrary<FuzzAction> = fc.oneof(
  fc
    .string({ unit: 'binary' })
    .filter((text) => !isJson(text))
    .map((text) => ({ kind: 'text' as const, text, code: 'INVALID_MESSAGE' })),
  fc
    .oneof(fc.constant(null), fc.integer(), fc.string(), fc.array(fc.jsonValue()))
    .map((value) => ({ kind: 'text' as const, text: JSON.stringify(value), code: 'INVALID_MESSAGE' })),
  fc
    .oneof(fc.string(), fc.constantFrom('constructor', '__proto__', 'toString', 'Start', ''))
    .filter((action) => !KNOWN.has(action))
    .map((action) => ({ kind: 'text' as const, text: JSON.stringify({ action }), code: 'UNKNOWN_ACTION' })),
  fc
    .oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()))
    .map((action) => ({ kind: 'text' as const, text: JSON.stringify({ action }), code: 'INVALID_MESSAGE' })),
  fc.constantFrom({ format: 'ogg' }, {}, { format: 3 }, { format: 'WAV', sample_rate: 1 }).map((rest) => ({
    kind: 'text' as const,
    text: JSON.stringify({ action: 'start', ...rest }),
    code: 'INVALID_FORMAT',
  })),
  fc
    .constantFrom(
      { action: 'start', format: 'wav', sample_rate: 1e12 },
      { action: 'start', format: 'wav', channels: 3 },
      { action: 'start', format: 'wav', tracks: [] },
      { action: 'start', format: 'wav', tracks: ['user', 'user'] },
      { action: 'start', format: 'wav', gain: 5 },
      { action: 'audio_chunk' },
      { action: 'audio_chunk', data: 12 },
      { action: 'audio_chunk', data: 'AAAA', seq: -1 },
      { action: 'audio_chunk', data: 'AAAA', track: 'The other' },
      { action: 'audio_chunk', data: 'AAAA', start_frame: 0.5 },
      { action: 'marker', label: 7 },
      { action: 'marker', label: 'x'.repeat(300) },
    )
    .map((message) => ({ kind: 'text' as const, text: JSON.stringify(message), code: 'INVALID_MESSAGE' })),
);

const headed: fc.Arbitrary<FuzzAction> = fc.record({
  kind: fc.constant('headed' as const),
  bytes,
  hostility: fc.oneof(
    { weight: 20, arbitrary: fc.constant('none' as const) },
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        'repeated',
        'wrong version',
        'wrong track',
        'wrong cause',
        'beyond 2^53',
        'short',
      ),
    },
  ),
  by: fc.integer({ min: 1, max: 0xffff }),
});

const tame: fc.Arbitrary<FuzzAction> = fc.oneof(
  { weight: 30, arbitrary: headed },
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('binary' as const), bytes }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('base64' as const), bytes }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('A', '====', 'AA=A', 'A A=', 'é', 'AAAA\n', '-_-_', 'AAA')
      .map((data) => ({ kind: 'not base64' as const, data })),
  },
  { weight: 8, arbitrary: start },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('bare' as const),
      action: fc.constantFrom('pause', 'resume', 'resume', 'status'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'bare' as const, action: 'stop' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('marker' as const), label: fc.string({ maxLength: 20 }) }),
  },
  { weight: 8, arbitrary: hostileText },
);

const wild: fc.Arbitrary<FuzzAction> = fc.record({
  kind: fc.constant('headed' as const),
  bytes,
  hostility: fc.constantFrom('jumps ahead', 'starts later'),
  by: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 51, max: 0xffff_ffff })),
});

/** Mostly sequences of which every byte can be foretold; one in eight with frames from the future. */
export const sequences: fc.Arbitrary<readonly FuzzAction[]> = fc
  .tuple(
    start,
    fc.oneof(
      { weight: 7, arbitrary: fc.array(tame, { minLength: 30, maxLength: 200, size: 'max' }) },
      {
        weight: 1,
        arbitrary: fc.array(fc.oneof({ weight: 9, arbitrary: tame }, { weight: 1, arbitrary: wild }), {
          minLength: 30,
          maxLength: 200,
          size: 'max',
        }),
      },
    ),
  )
  .map(([first, rest]) => [first, ...rest]);

/** A headed frame with a header as told, over these samples. */
export function frameWith(
  { hostility, by, bytes }: Extract<FuzzAction, { kind: 'headed' }>,
  seq: number,
  startFrame: number,
): Buffer {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + bytes.length);
  frame[0] = hostility === 'wrong version' ? 2 + (by % 200) : 1;
  frame[1] = hostility === 'wrong track' ? 1 + (by % 250) : 0;
  frame[2] = hostility === 'wrong cause' ? gapCauseSchema.options.length + (by % 200) : 0;
  const wantedSeq =
    hostility === 'repeated' ? Math.max(0, seq - 1) : hostility === 'jumps ahead' ? seq + by : seq;
  frame.writeUInt32LE(wantedSeq % 2 ** 32, 4);
  const later = hostility === 'starts later' ? by : 0;
  frame.writeBigUInt64LE(
    hostility === 'beyond 2^53' ? 2n ** 53n + BigInt(by) : BigInt(startFrame + later),
    8,
  );
  frame.set(bytesOf(bytes), FRAME_HEADER_BYTES);
  return hostility === 'short' ? frame.subarray(0, by % FRAME_HEADER_BYTES) : frame;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
