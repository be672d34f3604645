import { applyGain } from '../audio/gain.ts';
import type { DeliveryFormat } from '../contract/audio-format.ts';
import { chaptersAt } from '../encode/chapters.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { CuePoint } from '../files/cue-chunks.ts';
import { openWavWriter, PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { rm } from 'node:fs/promises';

export interface DeliveryOptions {
  readonly format: DeliveryFormat;
  readonly sampleRate: number;
  readonly channels: number;
  readonly gain: number;
  /** The path of the finished copy. */
  readonly path: string;
  readonly mayExceed4GiB: boolean;
  readonly mp3BitRate?: number | undefined;
  readonly encoder: Encoder;
  /** Called once where the live encoder fails. The copy is then made from the master. */
  readonly onLiveFailure: () => void;
  /** Aborted when the copy is given up; every pending call then rejects. */
  readonly signal: AbortSignal;
}

/** What a finished delivery came from: the encoder that ran along, or the master afterwards. */
export type DeliveryOrigin = 'live' | 'rebuilt';

/** The wanted copy, made while recording. No fault of it reaches the master. */
export interface Delivery {
  /** Takes raw PCM; gain is applied here. Never throws, never waits. */
  write(pcm: Uint8Array): void;
  /** Bytes that it has received and not yet encoded or written. */
  readonly queuedBytes: number;
  /** Finishes the copy at its path. Rejects only where it could not be made from the master either. */
  finish(masterPath: string, markers: readonly CuePoint[]): Promise<DeliveryOrigin>;
  /** Makes the copy from the master alone, where the encoder did not receive all audio. */
  remake(masterPath: string, markers: readonly CuePoint[]): Promise<void>;
  /** Ends it without a copy. */
  abandon(): Promise<void>;
}

/** A copy in another format, or with gain; undefined where the master itself is what was asked for. */
export async function openDelivery(options: DeliveryOptions): Promise<Delivery | undefined> {
  const { format, gain, encoder, path, sampleRate, signal } = options;
  if (format === 'wav' && gain === 1) return undefined;
  const live = format === 'wav' ? await openAmplifiedWav(options) : openEncoded(options, format);
  let told = false;
  const rebuild = (masterPath: string, markers: readonly CuePoint[]): Promise<void> =>
    encoder.encodeFile({
      format,
      masterPath,
      finalPath: path,
      gain,
      chapters: chaptersAt(markers, sampleRate),
      signal,
      ...(options.mp3BitRate === undefined ? {} : { mp3BitRate: options.mp3BitRate }),
    });
  return {
    write(pcm) {
      live?.write(applyGain(pcm, gain));
      if (told || live?.failure === undefined) return;
      told = true;
      options.onLiveFailure();
    },
    get queuedBytes() {
      return live?.queuedBytes ?? 0;
    },
    async abandon() {
      await live?.abandon();
    },
    async remake(masterPath, markers) {
      await live?.abandon();
      await rebuild(masterPath, markers);
    },
    async finish(masterPath, markers) {
      const giveUp = (): void => void live?.abandon();
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        signal.throwIfAborted();
        if (live === undefined) throw new Error('no live copy');
        await live.finish(markers);
        signal.throwIfAborted();
        return 'live';
      } catch {
        await live?.abandon();
        signal.throwIfAborted();
        await rebuild(masterPath, markers);
        return 'rebuilt';
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    },
  };
}

interface LiveCopy {
  write(pcm: Uint8Array): void;
  readonly failure: unknown;
  readonly queuedBytes: number;
  finish(markers: readonly CuePoint[]): Promise<void>;
  abandon(): Promise<void>;
}

function openEncoded(options: DeliveryOptions, format: 'mp4' | 'mp3'): LiveCopy {
  const live = options.encoder.startLive({
    format,
    partialPath: options.path + PARTIAL_SUFFIX,
    finalPath: options.path,
    sampleRate: options.sampleRate,
    channels: options.channels,
    ...(options.mp3BitRate === undefined ? {} : { mp3BitRate: options.mp3BitRate }),
  });
  return {
    write: (pcm) => {
      live.write(pcm);
    },
    get queuedBytes() {
      return live.queuedBytes;
    },
    get failure() {
      return live.failure;
    },
    finish: (markers) => live.finish(chaptersAt(markers, options.sampleRate)),
    abandon: () => live.abort(),
  };
}

/** Bytes of the amplified copy that may wait for the disk. Beyond that, the copy is made from the master afterwards. */
const MAX_QUEUE_BYTES = 16 * 1024 * 1024;

/** An amplified WAV beside the raw one; undefined where it cannot be opened. */
async function openAmplifiedWav(options: DeliveryOptions): Promise<LiveCopy | undefined> {
  const writer = await openWavWriter(options).catch(() => undefined);
  if (writer === undefined) return undefined;
  let tooSlow = false;
  let finishing: ReturnType<typeof writer.finish> | undefined;
  let abandoning: Promise<void> | undefined;
  const abandon = async (): Promise<void> => {
    if (finishing === undefined) return writer.abandon();
    const finished = await finishing.catch(() => undefined);
    if (finished !== undefined) await rm(finished.path, { force: true });
  };
  return {
    write(pcm) {
      tooSlow ||= writer.queuedBytes > MAX_QUEUE_BYTES;
      // A failure is kept by the writer and comes out of finish.
      if (!tooSlow) writer.append(pcm).catch(() => undefined);
    },
    get queuedBytes() {
      return writer.queuedBytes;
    },
    get failure() {
      return writer.failure;
    },
    async finish(markers) {
      finishing ??= writer.finish(markers);
      await finishing;
      if (tooSlow) throw new Error('the disk was too slow');
      if (writer.failure !== undefined) throw writer.failure;
    },
    abandon: () => (abandoning ??= abandon()),
  };
}
