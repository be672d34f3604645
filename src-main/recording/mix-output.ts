import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { CuePoint } from '../files/cue-chunks.ts';
import { openWavWriter } from '../files/wav-writer.ts';
import type { Delivery } from './delivery.ts';
import { openFinishedSource } from './mix-source.ts';

/** Bytes that may wait for the mix's encoder. Beyond that, mixing waits; the masters never wait. */
const MAX_BACKLOG_BYTES = 2 * 1024 * 1024;
const LOOK_INTERVAL_MS = 20;
/** An encoder that takes nothing for this long is given up. Its copy is then made from the finished mix. */
const ENCODER_PATIENCE_MS = 5000;
/** The same limit after the recording has stopped: now somebody waits for the mix. */
const ENCODER_PATIENCE_AT_END_MS = 200;

const READ_BYTES = 256 * 1024;

export interface MixOutputOptions {
  readonly path: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly mayExceed4GiB: boolean;
  readonly restoreFolder?: () => Promise<unknown>;
  /** True where sides are removed because the mix has their audio. The whole mix is then read back. */
  readonly readsBack: boolean;
  /** The wanted copy; undefined where only the mix's own WAV is wanted. */
  readonly openDelivery: () => Promise<Delivery | undefined>;
}

export interface FinishedMix {
  readonly dataBytes: number;
  readonly byteSize: number;
}

/** Where a mix goes: a WAV of its own, and a copy of it in the format that was asked for. */
export interface MixOutput {
  readonly delivery: Delivery | undefined;
  /** True while the copy has received everything that is in the WAV. */
  readonly deliveryIsWhole: boolean;
  /** Resolves once the audio is in the file and more may come. Rejects where it cannot be written. */
  write(pcm: Uint8Array): Promise<void>;
  /** Says that the recording has stopped: from now on a hanging encoder must not delay the WAV. */
  hurry(): void;
  /** Makes the WAV final and reads it back. Rejects where it does not hold what was written. */
  finish(markers: readonly CuePoint[]): Promise<FinishedMix>;
  /** Ends the WAV and removes it. The caller ends the copy. */
  abandon(): Promise<void>;
}

export async function openMixOutput(options: MixOutputOptions): Promise<MixOutput> {
  const writer = await openWavWriter(options);
  const delivery = await options.openDelivery();
  let deliveryIsWhole = true;
  let patienceMs = ENCODER_PATIENCE_MS;
  let dataBytes = 0;
  let checksum = 0;

  const encoderTakes = async (): Promise<void> => {
    let [least, idleMs] = [Infinity, 0];
    while (delivery !== undefined && deliveryIsWhole && delivery.queuedBytes > MAX_BACKLOG_BYTES) {
      idleMs = delivery.queuedBytes < least ? 0 : idleMs + LOOK_INTERVAL_MS;
      least = Math.min(least, delivery.queuedBytes);
      if (idleMs > patienceMs) deliveryIsWhole = false;
      else await delay(LOOK_INTERVAL_MS);
    }
  };

  return {
    delivery,
    get deliveryIsWhole() {
      return deliveryIsWhole;
    },
    async write(pcm) {
      dataBytes += pcm.byteLength;
      checksum = crc32(pcm, checksum);
      if (deliveryIsWhole) delivery?.write(pcm);
      await writer.append(pcm);
      await encoderTakes();
    },
    hurry() {
      patienceMs = ENCODER_PATIENCE_AT_END_MS;
    },
    async finish(markers) {
      const { path, byteSize } = await writer.finish(markers);
      if (path !== options.path) throw writer.failure ?? new Error('the mix kept its unfinished name');
      await verify(path, dataBytes, options.readsBack ? checksum : undefined);
      return { dataBytes, byteSize };
    },
    abandon: () => writer.abandon(),
  };
}

/** Rejects unless the file has the length that was written and, where there is a checksum, matches it. */
async function verify(path: string, dataBytes: number, checksum: number | undefined): Promise<void> {
  const file = await openFinishedSource(path);
  try {
    if (file.dataBytes !== dataBytes)
      throw new Error(`the mix holds ${file.dataBytes} bytes of audio instead of ${dataBytes}`);
    if (checksum === undefined) return;
    const block = new Uint8Array(READ_BYTES);
    let found = 0;
    for (let position = 0; position < dataBytes; position += READ_BYTES) {
      const some = block.subarray(0, Math.min(READ_BYTES, dataBytes - position));
      await file.read(position, some);
      found = crc32(some, found);
    }
    if (found !== checksum) throw new Error('the mix reads back otherwise than it was written');
  } finally {
    await file.close();
  }
}
