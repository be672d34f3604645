/** A tone is compared with both of these hops earlier, as beating tones look different after one of them. */
const APART = [4, 5] as const;
/** From this similarity on, of 1, a sound is one sustained tone: a voice changes more. */
const LEAST_SIMILARITY = 0.97;
/**
 * How slowly sustained tones are forgotten, per hop; and the number and the share of them that make music or a signal.
 */
const MEMORY = 0.993;
const LEAST_HELD = 12;
const HELD_SHARE = 0.4;

/** Distinguishes sustained tones, as in music, hum and signals, from voices, whose pitch and formants always move. */
export interface Steadiness {
  observe(power: Float64Array): void;
  /** True where the latest window is similar to the earlier ones. */
  readonly held: boolean;
  /** Counts the hop: whether it had a pitch, and whether it was taken for a voice. */
  count(pitched: boolean, voiced: boolean): void;
  /** True where much of the recent pitched sound was sustained. */
  readonly tonal: boolean;
}

export function createSteadiness(length: number, edges: readonly number[]): Steadiness {
  const from = edges[0] ?? 0;
  const ring = Array.from({ length: Math.max(...APART) + 1 }, () => new Float64Array(length));
  let hops = 0;
  let held = false;
  let heldCount = 0;
  let voicedCount = 0;

  const similarity = (a: Float64Array, b: Float64Array): number => {
    let both = 0;
    let first = 0;
    let second = 0;
    for (let index = from; index < length; index++) {
      const x = a[index] ?? 0;
      const y = b[index] ?? 0;
      both += x * y;
      first += x * x;
      second += y * y;
    }
    return both / Math.sqrt(first * second + 1e-9);
  };

  return {
    get held() {
      return held;
    },
    get tonal() {
      return heldCount > LEAST_HELD && heldCount > HELD_SHARE * (heldCount + voicedCount);
    },
    observe(power) {
      const latest = ring[hops % ring.length];
      if (latest === undefined) return;
      for (let index = from; index < length; index++) latest[index] = Math.sqrt(power[index] ?? 0);
      held = APART.some((apart) => {
        const earlier = hops < apart ? undefined : ring[(hops - apart) % ring.length];
        return earlier !== undefined && similarity(latest, earlier) > LEAST_SIMILARITY;
      });
      hops++;
    },
    count(pitched, voiced) {
      heldCount = MEMORY * heldCount + (pitched && held ? 1 : 0);
      voicedCount = MEMORY * voicedCount + (voiced ? 1 : 0);
    },
  };
}
