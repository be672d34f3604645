import type { ChapterSpan } from '../chapters.ts';
import { AAC_PACKET_FRAMES, deliveredMp4Frames, framesAtRate, type DeliveryPlan } from '../delivery-plan.ts';
import type { PcmShape } from '../encoder.ts';
import { createFragmentedMp4 } from './fragmented-mp4.ts';
import { createIndexedMp4, indexFragmentedMp4 } from './indexed-mp4.ts';
import { createMp3Output } from './mp3-output.ts';
import type { AacTrack } from './mp4-head.ts';
import { createPacketEncoder, type DecoderConfig } from './packet-encoder.ts';

/** PCM in, a file out. Calls must not overlap. */
export interface PcmWriter {
  write(pcm: Uint8Array): Promise<void>;
  /** @param outputPath the path of a finished live MP4; every other file is finished where it is. */
  finish(outputPath: string, chapters: readonly ChapterSpan[]): Promise<void>;
}

/** An MP4 in fragments while it grows, indexed when it is finished. */
export async function createLiveMp4Writer(
  partialPath: string,
  source: PcmShape,
  plan: DeliveryPlan,
): Promise<PcmWriter> {
  const fragmented = await createFragmentedMp4(partialPath, plan.sampleRate);
  return createAacWriter(source, plan, {
    add: (packet, config) => fragmented.add(packet, config),
    async finish(track, outputPath, chapters) {
      await fragmented.finish();
      await indexFragmentedMp4(partialPath, outputPath, track, chapters);
    },
  });
}

/** @param frames of the source, all of which will be written. */
export async function createMp4Writer(
  path: string,
  source: PcmShape,
  plan: DeliveryPlan,
  frames: number,
  chapters: readonly ChapterSpan[],
): Promise<PcmWriter> {
  // One for the encoder's delay, and two for how it rounds and empties itself.
  const packets = 3 + Math.ceil(framesAtRate(frames, source.sampleRate, plan.sampleRate) / AAC_PACKET_FRAMES);
  const output = await createIndexedMp4(path, packets, chapters);
  return createAacWriter(source, plan, {
    add: (packet) => output.append(packet),
    finish: (track) => output.finish(track),
  });
}

interface AacOutput {
  add(packet: Uint8Array, config: DecoderConfig): Promise<void>;
  finish(
    track: Omit<AacTrack, 'chapters'>,
    outputPath: string,
    chapters: readonly ChapterSpan[],
  ): Promise<void>;
}

async function createAacWriter(source: PcmShape, plan: DeliveryPlan, output: AacOutput): Promise<PcmWriter> {
  const packetBytes: number[] = [];
  let description: Uint8Array | undefined;
  let bytes = 0;
  const encoder = await createPacketEncoder('aac', source, plan, async (packets, config) => {
    description ??= config.description;
    for (const packet of packets) {
      packetBytes.push(packet.length);
      await output.add(packet, config);
    }
  });
  return {
    async write(pcm) {
      bytes += pcm.length;
      await encoder.encode(pcm);
    },
    async finish(outputPath, chapters) {
      await encoder.finish();
      if (description === undefined) throw new Error('The AAC encoder gave no description');
      const { sampleRate, channels } = plan;
      const frames = deliveredMp4Frames(source, bytes / (2 * source.channels));
      await output.finish({ sampleRate, channels, description, packetBytes, frames }, outputPath, chapters);
    },
  };
}

export async function createMp3Writer(
  path: string,
  source: PcmShape,
  plan: DeliveryPlan,
  tag?: Uint8Array<ArrayBuffer>,
): Promise<PcmWriter> {
  const output = await createMp3Output(path, tag);
  const encoder = await createPacketEncoder('mp3', source, plan, (packets) => output.add(packets));
  let bytes = 0;
  return {
    async write(pcm) {
      bytes += pcm.length;
      await encoder.encode(pcm);
    },
    async finish() {
      await encoder.finish();
      const frames = bytes / (2 * source.channels);
      await output.finish(framesAtRate(frames, source.sampleRate, plan.sampleRate));
    },
  };
}
