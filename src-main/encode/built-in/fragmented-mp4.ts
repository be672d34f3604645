import {
  EncodedAudioPacketSource,
  EncodedPacket,
  Mp4OutputFormat,
  Output,
  StreamTarget,
  type StreamTargetChunk,
} from 'mediabunny';
import { AAC_PACKET_FRAMES } from '../delivery-plan.ts';
import type { DecoderConfig } from './packet-encoder.ts';
import { recreateFile } from '../../disk/regular-file.ts';
import { writeFully } from '../../disk/write-fully.ts';

/** Short, so that a kill loses well under a second, packets in progress included. */
const FRAGMENT_SECONDS = 0.5;

/** An MP4 of AAC packets that is playable while it grows. */
export interface FragmentedMp4 {
  /** Adds the next packet. The first one is the encoder's delay and begins before zero. */
  add(data: Uint8Array, config: DecoderConfig): Promise<void>;
  finish(): Promise<void>;
}

export async function createFragmentedMp4(path: string, sampleRate: number): Promise<FragmentedMp4> {
  const file = await recreateFile(path);
  const writable = new WritableStream<StreamTargetChunk>({
    write: (chunk) => writeFully(file, chunk.data, chunk.position),
    close: () => file.close(),
    abort: () => file.close(),
  });
  const output = new Output({
    format: new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: FRAGMENT_SECONDS }),
    target: new StreamTarget(writable),
  });
  const track = new EncodedAudioPacketSource('aac');
  output.addAudioTrack(track);
  await output.start();
  let packets = 0;
  return {
    async add(data, config) {
      const startSeconds = ((packets - 1) * AAC_PACKET_FRAMES) / sampleRate;
      packets++;
      const packet = new EncodedPacket(data, 'key', startSeconds, AAC_PACKET_FRAMES / sampleRate);
      await track.add(packet, { decoderConfig: config });
    },
    finish: () => output.finalize(),
  };
}
