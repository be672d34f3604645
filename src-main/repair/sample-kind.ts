import { weighSamples, type SampleEvidence } from './sample-evidence.ts';

/**
 * What some bytes are, beyond reasonable doubt: 16-bit samples either way round, mu-law, or neither. `quiet` is too
 * little but constants to tell, `unclear` is noise, pure tones and everything that is no audio.
 */
export type SampleKind = 'pcm_s16le' | 'pcm_s16be' | 'mulaw' | 'quiet' | 'unclear';

const ENOUGH_BYTES = 2048;

/** @param blocks stretches of the samples' bytes, each beginning on a whole frame of 16-bit samples. */
export function sampleKind(blocks: readonly Uint8Array[], channels: number): SampleKind {
  const evidence = weighSamples(blocks, channels);
  if (evidence.activeBytes < ENOUGH_BYTES) return 'quiet';
  if (isMulaw(evidence)) return 'mulaw';
  const { parityDistance, littleEndian, bigEndian } = evidence;
  // The two halves of 16-bit samples are never alike, except in noise at full scale.
  if (parityDistance < 0.2) return 'unclear';
  if (isSmoother(littleEndian, bigEndian, 0.1)) return 'pcm_s16le';
  return isByteSwapped(evidence) ? 'pcm_s16be' : 'unclear';
}

/**
 * Six signs at once, since a healthy recording must never be taken for mu-law: both byte places are alike, the
 * decoded wave is smooth and smoother than as any other 8-bit encoding, bytes follow one another better than halves
 * of 16-bit samples do, both signs occur, and most of it is not at full scale.
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

/** The rarer order asks for more: high tones, and 8-bit audio in 16 bits, look smooth with their bytes swapped. */
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

/** A quiet wave with its bytes swapped stays smooth, but becomes a loud one. */
function isSmoother(wave: Waveform, other: Waveform, margin: number): boolean {
  return (
    wave.smoothness > 0.5 &&
    (wave.smoothness > other.smoothness + margin || wave.rms < other.rms / 4) &&
    wave.rms < other.rms * 4
  );
}
