import { mp3Kilobits } from '../audio/mpeg-rates.ts';
import type { PcmShape } from './encoder.ts';

/** Samples of one channel in an AAC-LC packet (ISO/IEC 14496-3, 4.5.1.1). The encoder adds one packet in front. */
export const AAC_PACKET_FRAMES = 1024;

/** The encoding parameters, for any encoder. */
export interface DeliveryPlan {
  readonly sampleRate: number;
  readonly channels: number;
  /** Bits a second. */
  readonly bitRate: number;
}

const AAC_SAMPLE_RATES = [16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200, 96_000];
const MP3_SAMPLE_RATES = [16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/** The lowest listed rate that keeps the whole band of the source, else the highest. */
function supportedRate(rates: readonly number[], sourceRate: number): number {
  return rates.find((rate) => rate >= sourceRate) ?? Math.max(...rates);
}

/**
 * AAC packets are 1024 samples at any rate. Below 16 kHz that is up to 128 ms: smeared consonants, and an end
 * up to 128 ms late in decoders that cannot stop within a packet. So such sources are delivered at 24 kHz.
 */
export function planMp4(source: PcmShape): DeliveryPlan {
  const sampleRate = source.sampleRate < 16_000 ? 24_000 : supportedRate(AAC_SAMPLE_RATES, source.sampleRate);
  const perChannel = sampleRate <= 24_000 ? 64_000 : source.channels === 1 ? 96_000 : 80_000;
  return { sampleRate, channels: source.channels, bitRate: perChannel * source.channels };
}

/**
 * 128k, or 320k at 22.05 kHz for telephone audio, or what the job asks, lowered to what the rate's MPEG version
 * can carry (160k below 32 kHz).
 */
export function planMp3(source: PcmShape, wantedBitRate?: number): DeliveryPlan {
  const narrow = source.sampleRate < 16_000;
  const sampleRate = narrow ? 22_050 : supportedRate(MP3_SAMPLE_RATES, source.sampleRate);
  const wanted = wantedBitRate ?? (narrow ? 320_000 : 128_000);
  const allowed = mp3Kilobits(sampleRate >= 32_000 ? 1 : 2).slice(1);
  const kilobits = allowed.findLast((rate) => rate * 1000 <= wanted) ?? Math.min(...allowed);
  return { sampleRate, channels: source.channels, bitRate: kilobits * 1000 };
}

/** Bits a second for Opus, which resamples to 48 kHz itself. */
export function opusBitRate(source: PcmShape): number {
  return (source.sampleRate <= 16_000 ? 32_000 : 64_000) * source.channels;
}

/** The same stretch of time, in frames of another rate. */
export function framesAtRate(frames: number, fromRate: number, toRate: number): number {
  return Math.round((frames * toRate) / fromRate);
}

// Decoders that ignore where an MP4's edit list ends play the last packet whole. 49 ms of silence is the most a
// delivered file may seem to gain by that.
const LONGEST_OVERHANG_SECONDS = 0.049;

/**
 * How many frames to deliver as AAC so that every decoder's idea of the duration is within 50 ms. At 16 kHz a
 * packet is 64 ms: where the last one would hold under 15 ms of audio, it is left out of the delivered copy.
 */
export function deliveredAacFrames(frames: number, sampleRate: number): number {
  const whole = Math.floor(frames / AAC_PACKET_FRAMES) * AAC_PACKET_FRAMES;
  if (whole === 0 || whole === frames) return frames;
  const overhang = whole + AAC_PACKET_FRAMES - frames;
  return overhang / sampleRate > LONGEST_OVERHANG_SECONDS ? whole : frames;
}

/** How many frames, at the rate of its MP4, are delivered of so many frames of a source. */
export function deliveredMp4Frames(source: PcmShape, frames: number): number {
  const { sampleRate } = planMp4(source);
  return deliveredAacFrames(framesAtRate(frames, source.sampleRate, sampleRate), sampleRate);
}
