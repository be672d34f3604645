import { registerAacEncoder } from '@mediabunny/aac-encoder';
import { registerMp3Encoder } from '@mediabunny/mp3-encoder';
import {
  AdtsOutputFormat,
  AudioSample,
  AudioSampleSource,
  type EncodedPacket,
  Mp3OutputFormat,
  NullTarget,
  Output,
  Quality,
} from 'mediabunny';
import { samplesOf } from '../../audio/pcm.ts';
import type { DeliveryPlan } from '../delivery-plan.ts';
import type { PcmShape } from '../encoder.ts';
import { createPcmResampler } from '../../audio/pcm-resampler.ts';

/** What a decoder must know about the packets. */
export interface DecoderConfig {
  readonly codec: string;
  readonly sampleRate: number;
  readonly numberOfChannels: number;
  /** AAC's AudioSpecificConfig. */
  readonly description?: Uint8Array;
}

export interface PacketEncoder {
  /**
   * Interleaved int16 at the source's rate. Resolves when more samples are accepted; rejects when a packet was refused.
   */
  encode(pcm: Uint8Array): Promise<void>;
  /** Resolves once the last packet is delivered. */
  finish(): Promise<void>;
}

/** Takes packets in order, one call at a time. */
export type PacketSink = (packets: readonly Uint8Array[], config: DecoderConfig) => Promise<void>;

/**
 * Makes AAC or MP3 packets from PCM, with the WebAssembly encoders. Their containers are not used: these know neither
 * the encoder's delay nor where the audio ends within the last packet.
 */
export async function createPacketEncoder(
  codec: 'aac' | 'mp3',
  source: PcmShape,
  plan: DeliveryPlan,
  deliver: PacketSink,
): Promise<PacketEncoder> {
  registerAacEncoder();
  registerMp3Encoder();
  let waiting: Uint8Array[] = [];
  let decoderConfig: DecoderConfig | undefined;
  let delivery: Promise<void> | undefined;

  const deliverWaiting = async (config: DecoderConfig): Promise<void> => {
    while (waiting.length > 0) {
      const packets = waiting;
      waiting = [];
      await deliver(packets, config);
    }
    delivery = undefined;
  };

  const samples = new AudioSampleSource({
    codec,
    quality: new Quality({ bitrate: plan.bitRate }),
    onEncodedPacket: (packet: EncodedPacket, meta) => {
      decoderConfig ??= meta?.decoderConfig && readConfig(meta.decoderConfig);
      if (decoderConfig === undefined) throw new Error('The encoder gave a packet before its configuration');
      waiting.push(packet.data);
      delivery ??= deliverWaiting(decoderConfig);
    },
  });
  const format = codec === 'aac' ? new AdtsOutputFormat() : new Mp3OutputFormat();
  const output = new Output({ format, target: new NullTarget() });
  output.addAudioTrack(samples);
  await output.start();

  const { channels, sampleRate } = plan;
  const resampler =
    source.sampleRate === sampleRate
      ? undefined
      : createPcmResampler(source.sampleRate, sampleRate, channels);
  let frames = 0;

  const add = async (
    data: Float32Array<ArrayBuffer> | Uint8Array,
    sampleFormat: 'f32' | 's16',
  ): Promise<void> => {
    if (data.length === 0) return;
    const sample = new AudioSample({
      data,
      format: sampleFormat,
      numberOfChannels: channels,
      sampleRate,
      timestamp: frames / sampleRate,
    });
    frames += sample.numberOfFrames;
    await samples.add(sample);
    sample.close();
  };

  return {
    async encode(pcm) {
      if (resampler === undefined) await add(pcm, 's16');
      else await add(resampler.push(samplesOf(pcm)), 'f32');
      await delivery;
    },
    async finish() {
      if (resampler !== undefined) await add(resampler.flush(), 'f32');
      await output.finalize();
      await delivery;
    },
  };
}

function readConfig({ codec, sampleRate, numberOfChannels, description }: AudioDecoderConfig): DecoderConfig {
  if (description === undefined) return { codec, sampleRate, numberOfChannels };
  const bytes = ArrayBuffer.isView(description)
    ? new Uint8Array(description.buffer, description.byteOffset, description.byteLength)
    : new Uint8Array(description);
  return { codec, sampleRate, numberOfChannels, description: bytes.slice() };
}
