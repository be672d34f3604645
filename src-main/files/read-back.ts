import wavefile from 'wavefile';
import { z } from 'zod';
import { createWavHeader } from '../audio/wav-header.ts';
import type { CuePoint } from './cue-chunks.ts';
import type { WavShape } from './master-header.ts';

/** wavefile takes half a second for a thousand cue points, and milliseconds for this many: it gets no more. */
const MOST_CUE_POINTS = 100;

const readSchema = z.object({
  container: z.string(),
  fmt: z.object({
    audioFormat: z.literal(1),
    bitsPerSample: z.literal(16),
    numChannels: z.number(),
    sampleRate: z.number(),
  }),
  data: z.object({ chunkSize: z.number() }),
  cue: z.object({ points: z.array(z.object({ dwSampleOffset: z.number() })) }),
});

/** What the file should contain. */
export interface WrittenWav {
  readonly shape: WavShape;
  readonly dataBytes: number;
  readonly cuePoints: readonly CuePoint[];
}

/**
 * True where wavefile, an independent reader, finds in a WAV what was to be written.
 * @param head of the file as it was read back, up to its samples.
 * @param tail the chunks behind them.
 */
export function isReadBackAs(written: WrittenWav, head: Uint8Array, tail: Uint8Array): boolean {
  const { shape, dataBytes, cuePoints } = written;
  const header = read(head);
  if (header?.fmt.sampleRate !== shape.sampleRate || header.fmt.numChannels !== shape.channels) return false;
  // wavefile reads the 64-bit sizes of RF64 in the wrong byte order.
  if (header.container === 'RIFF' && header.data.chunkSize !== dataBytes) return false;
  if (cuePoints.length > MOST_CUE_POINTS) return true;
  const ownHead = createWavHeader({ ...shape, mayExceed4GiB: false }).forSizes(0, tail.byteLength);
  const frames = read(Buffer.concat([ownHead, tail]))?.cue.points.map((point) => point.dwSampleOffset);
  const expected = cuePoints.map(({ frame }) => frame).toSorted((a, b) => a - b);
  return frames?.length === expected.length && frames.every((frame, index) => frame === expected[index]);
}

function read(bytes: Uint8Array): z.infer<typeof readSchema> | undefined {
  const wav = new wavefile.WaveFile();
  try {
    wav.fromBuffer(bytes, false);
    return readSchema.parse(wav);
  } catch {
    return undefined;
  }
}
