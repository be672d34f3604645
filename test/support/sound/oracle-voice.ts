import loadFvad from '@echogarden/fvad-wasm';
import { closeGaps, spansOf, type Span } from './spans.ts';

const FRAME_SECONDS = 0.01;
/** What libfvad takes for speech for less than this is not made a turn of. */
const SHORTEST_FRAMES = 8;

const fvad = await loadFvad();

/** A detector that others keep: who it says speaks when, pauses below `pauseSeconds` left out. Mono. */
export function oracleTurns(
  samples: Int16Array,
  rate: number,
  { mode, pauseSeconds }: { mode: 0 | 1 | 2 | 3; pauseSeconds: number },
): readonly Span[] {
  const detector = fvad._fvad_new();
  const frame = rate * FRAME_SECONDS;
  const address = fvad._malloc(frame * 2);
  try {
    if (fvad._fvad_set_mode(detector, mode) !== 0 || fvad._fvad_set_sample_rate(detector, rate) !== 0)
      throw new Error(`libfvad takes no mode ${mode} at ${rate} Hz`);
    const speech: boolean[] = [];
    for (let start = 0; start + frame <= samples.length; start += frame) {
      fvad.HEAP16.set(samples.subarray(start, start + frame), address / 2);
      speech.push(fvad._fvad_process(detector, address, frame) === 1);
    }
    const joined = closeGaps(speech, Math.round(pauseSeconds / FRAME_SECONDS));
    return spansOf(joined, FRAME_SECONDS).filter(
      ({ start, end }) => end - start >= SHORTEST_FRAMES * FRAME_SECONDS,
    );
  } finally {
    fvad._free(address);
    fvad._fvad_free(detector);
  }
}
