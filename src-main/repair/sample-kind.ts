import { weighSamples, type SampleEvidence } from './sample-evidence.ts';

/**
 * The kind of some bytes, beyond reasonable doubt: 16-bit samples in either byte order, mu-law, or neither. `quiet`:
 * almost only constants, too little to judge. `unclear`: noise, pure tones, and everything that is no audio.
 */
export type SampleKind = 'pcm_s16le' | 'pcm_s16be' | 'mulaw' | 'quiet' | 'unclear';

const ENOUGH_BYTES = 2048;

/** @param blocks stretches of the samples' bytes, each beginning on a whole frame of 16-bit samples. */
export function sampleKind(blocks: readonly Uint8Array[], channels: number): SampleKind {
  const evidence = weighSamples(blocks, channels);
  if (evidence.activeBytes < ENOUGH_BYTES) return 'quiet';
  if (isMulaw(evidence)) return 'mulaw';
  const { parityDistance, littleEndian, bigEndian } = evidence;
  // High and low bytes of 16-bit samples have different distributions, except in noise at full scale.
  if (parityDistance < 0.2) return 'unclear';
  if (isSmoother(littleEndian, bigEndian, 0.1)) return 'pcm_s16le';
  return isByteSwapped(evidence) ? 'pcm_s16be' : 'unclear';
}

/**
 * A healthy recording must never be taken for mu-law, so six conditions must hold together: even and odd bytes have
 * similar distributions; the decoded wave is smooth; it is smoother than in any other 8-bit encoding; bytes predict
 * each other better than halves of 16-bit samples do; both signs occur; most of it is not at full scale.
 */
function isMulaw(evidence: SampleEvidence): boolean {
  return (
    evidence.parityDistance < 0.15 &&
    evidence.mulaw.smoothness > 0.5 &&
    evidence.mulaw.smoothness > evidence.otherSmoothness &&
    evidence.linearBits - evidence.mulawBits > 0.1 &&
    evidence.positiveShare > 0.1 &&
    evidence.positiveShare < 0.9 &&
    evidence.loudestShare < 0.35
  );
}

/** The rarer byte order needs stronger evidence: high tones, and 8-bit audio in 16 bits, look smooth with swapped bytes. */
function isByteSwapped({ littleEndian, bigEndian }: SampleEvidence): boolean {
  return (
    isSmoother(bigEndian, littleEndian, 0.4) &&
    bigEndian.smoothness > 0.7 &&
    littleEndian.smoothness > -0.3 &&
    bigEndian.negativeShare > 0.1 &&
    bigEndian.negativeShare < 0.9
  );
}

type Waveform = SampleEvidence['littleEndian'];

/** A quiet wave with swapped bytes stays smooth, but becomes loud. */
function isSmoother(wave: Waveform, other: Waveform, margin: number): boolean {
  return (
    wave.smoothness > 0.5 &&
    (wave.smoothness > other.smoothness + margin || wave.rms < other.rms / 4) &&
    wave.rms < other.rms * 4
  );
}
