import { headedFrame } from '../../src-main/contract/headed-frame.ts';
import type { Scenario } from './scenario.ts';

export type Message = string | Uint8Array;

/** Lectern takes a file as raw frames, as its command line sends it, and everything else with sequence numbers. */
export function framingOf({ source }: Scenario): 'raw' | 'headed' {
  return source === 'file' ? 'raw' : 'headed';
}

/** What a client of each side sends for a chunk. */
export function createMessages(scenario: Scenario): (chunk: Uint8Array) => Message {
  if (scenario.side === 'seed') return createSeedMessages();
  if (scenario.side === 'bare' || framingOf(scenario) === 'raw') return (chunk) => chunk;
  const frameBytes = 2 * scenario.channels;
  let seq = 0;
  let startFrame = 0;
  return (chunk) => {
    const frame = headedFrame({ trackIndex: 0, seq, startFrame }, chunk);
    seq++;
    startFrame += chunk.byteLength / frameBytes;
    return frame;
  };
}

/** Texts are kept by chunk: making them is the work of that design's client, not of its server. */
function createSeedMessages(): (chunk: Uint8Array) => string {
  const known = new WeakMap<Uint8Array, string>();
  return (chunk) => {
    const text =
      known.get(chunk) ??
      JSON.stringify({ action: 'audio_chunk', data: Buffer.from(chunk).toString('base64') });
    known.set(chunk, text);
    return text;
  };
}
