import { G711_MULAW } from '../../support/g711-table.ts';
import type { Limits } from '../../../src-main/contract/limits.ts';
import { bytesOf, frameWith, type FuzzAction, type FuzzStart } from './actions.ts';

/** What the protocol says must come of a sequence of actions. */
export interface Expectation {
  /** Frames as they go over the wire, in order. */
  readonly frames: readonly (string | Buffer)[];
  /** Codes of the errors, in order. */
  readonly errors: readonly string[];
  /** 16-bit samples of every accepted byte, over all parts and takes. Floats are counted only, as zeros. */
  readonly audio: Buffer;
  readonly exact: boolean;
  /** False once a frame came from the future: what is then held back, and how long, is not foretold. */
  readonly foretold: boolean;
}

const SAMPLE_BYTES = { pcm_s16le: 2, mulaw: 1, pcm_f32le: 4 } as const;
const HEADER_BYTES = 16;
export const FUZZ_RATE = 16_000;

interface Take {
  readonly start: FuzzStart;
  readonly frameBytes: number;
  paused: boolean;
  /** Bytes of a raw frame that are no whole frame of audio yet. */
  rest: Uint8Array;
  heardInPause: boolean;
  nextSeq: number;
  nextFrame: number;
  partFrames: number;
  partBytes: number;
}

export function foretell(actions: readonly FuzzAction[], limits: Limits): Expectation {
  const frames: (string | Buffer)[] = [];
  const errors: string[] = [];
  const audio: Buffer[] = [];
  let exact = true;
  let foretold = true;
  let take: Take | undefined;

  const accept = (now: Take, bytes: Uint8Array): void => {
    const count = bytes.length / now.frameBytes;
    let taken = 0;
    while (taken < count) {
      const room = Math.min(
        limits.maxDurationSeconds * FUZZ_RATE - now.partFrames,
        Math.floor((limits.maxTotalBytes - now.partBytes) / now.frameBytes),
      );
      const some = Math.min(room, count - taken);
      audio.push(decode(now.start, bytes.subarray(taken * now.frameBytes, (taken + some) * now.frameBytes)));
      taken += some;
      now.nextFrame += some;
      now.partFrames += some;
      now.partBytes += some * now.frameBytes;
      if (taken === count) return;
      const byTime = limits.maxDurationSeconds * FUZZ_RATE - now.partFrames;
      const bySize = Math.floor((limits.maxTotalBytes - now.partBytes) / now.frameBytes);
      errors.push(byTime <= bySize ? 'DURATION_LIMIT' : 'TOTAL_SIZE_LIMIT');
      if (now.start.on_limit === 'stop') {
        take = undefined;
        return;
      }
      now.partFrames = 0;
      now.partBytes = 0;
    }
  };

  /** Samples without a header, or with one that is in order. */
  const chunk = (bytes: Uint8Array, seq?: number): void => {
    if (take === undefined) errors.push('NOT_RECORDING');
    else if (bytes.length > limits.maxChunkBytes) errors.push('CHUNK_TOO_LARGE');
    else if (bytes.length === 0 || bytes.length % take.frameBytes !== 0) errors.push('INVALID_CHUNK');
    else {
      if (take.start.encoding === 'pcm_f32le') exact = false;
      if (seq !== undefined && seq < take.nextSeq) return;
      if (seq !== undefined) take.nextSeq = seq + 1;
      if (!take.paused) accept(take, bytes);
    }
  };

  /** Samples without a header in a binary frame, which may end within one. */
  const raw = (bytes: Uint8Array): void => {
    if (take === undefined || bytes.length === 0 || bytes.length > limits.maxChunkBytes) return chunk(bytes);
    const all = Buffer.concat([take.rest, bytes]);
    const wholeBytes = all.length - (all.length % take.frameBytes);
    take.rest = all.subarray(wholeBytes);
    take.heardInPause = take.paused;
    if (wholeBytes > 0) chunk(all.subarray(0, wholeBytes));
  };

  const resume = (now: Take): void => {
    if (now.paused && !now.heardInPause) now.rest = new Uint8Array(0);
    now.heardInPause = false;
    now.paused = false;
  };

  const headed = (action: Extract<FuzzAction, { kind: 'headed' }>): void => {
    const frame = frameWith(action, take?.nextSeq ?? 0, take?.nextFrame ?? 0);
    frames.push(frame);
    if (take === undefined) errors.push('NOT_RECORDING');
    else if (take.start.framing === 'raw') raw(frame);
    else if (/^(wrong|beyond|short)/.test(action.hostility)) errors.push('INVALID_CHUNK');
    else if (action.hostility === 'jumps ahead' || action.hostility === 'starts later') foretold = false;
    else chunk(bytesOf(action.bytes), frame.readUInt32LE(4));
  };

  const binary = (bytes: Uint8Array): void => {
    frames.push(Buffer.from(bytes));
    if (take === undefined || take.start.framing === 'raw') return raw(bytes);
    const valid =
      bytes.length >= HEADER_BYTES &&
      bytes[0] === 1 &&
      bytes[1] === 0 &&
      (bytes[2] ?? 0) < 6 &&
      Buffer.from(bytes).readBigUInt64LE(8) < 2n ** 53n;
    if (valid) foretold = false;
    else errors.push('INVALID_CHUNK');
  };

  const base64 = (bytes: Uint8Array): void => {
    frames.push(JSON.stringify({ action: 'audio_chunk', data: Buffer.from(bytes).toString('base64') }));
    chunk(bytes);
  };

  const perform = (action: FuzzAction): void => {
    switch (action.kind) {
      case 'start':
        frames.push(startText(action));
        if (take !== undefined) errors.push('ALREADY_RECORDING');
        else take = newTake(action);
        return;
      case 'base64':
        return base64(bytesOf(action.bytes));
      case 'not base64':
        frames.push(JSON.stringify({ action: 'audio_chunk', data: action.data }));
        errors.push(take === undefined ? 'NOT_RECORDING' : 'INVALID_AUDIO_ENCODING');
        return;
      case 'binary':
        return binary(bytesOf(action.bytes));
      case 'headed':
        return headed(action);
      case 'marker':
        frames.push(JSON.stringify({ action: 'marker', label: action.label }));
        if (take === undefined) errors.push('NOT_RECORDING');
        return;
      case 'text':
        frames.push(action.text);
        errors.push(action.code);
        return;
      case 'bare':
        frames.push(JSON.stringify({ action: action.action }));
        if (action.action === 'status') return;
        if (take === undefined) errors.push('NOT_RECORDING');
        else if (action.action === 'stop') take = undefined;
        else if (action.action === 'resume') resume(take);
        else take.paused = true;
    }
  };

  for (const action of actions) perform(action);
  return { frames, errors, audio: Buffer.concat(audio), exact, foretold };
}

function newTake(start: FuzzStart): Take {
  return {
    start,
    frameBytes: SAMPLE_BYTES[start.encoding] * start.channels,
    paused: false,
    rest: new Uint8Array(0),
    heardInPause: false,
    nextSeq: 0,
    nextFrame: 0,
    partFrames: 0,
    partBytes: 0,
  };
}

function startText({ kind: _, ...start }: FuzzStart): string {
  return JSON.stringify({ action: 'start', format: 'wav', sample_rate: FUZZ_RATE, ...start });
}

function decode({ encoding }: FuzzStart, bytes: Uint8Array): Buffer {
  if (encoding === 'pcm_s16le') return Buffer.from(bytes);
  const samples = Buffer.alloc((bytes.length / SAMPLE_BYTES[encoding]) * 2);
  if (encoding === 'mulaw')
    bytes.forEach((value, index) => samples.writeInt16LE(G711_MULAW[value] ?? 0, index * 2));
  return samples;
}
