import { readFile } from 'node:fs/promises';
import wavefile from 'wavefile';
import { z } from 'zod';

const cuePoint = z.object({ position: z.number(), label: z.string() });
const format = z.object({ sampleRate: z.number(), numChannels: z.number(), bitsPerSample: z.number() });

/** A WAV as wavefile, a reader that is not ours, understands it. */
export async function readWav(path: string) {
  const wav = new wavefile.WaveFile(new Uint8Array(await readFile(path)));
  const samples = z.instanceof(Uint8Array).parse(Reflect.get(Object(wav.data), 'samples'));
  return {
    ...format.parse(wav.fmt),
    samples: Buffer.from(samples),
    cuePoints: z.array(cuePoint).parse(wav.listCuePoints()),
  };
}

/** The bytes of its samples. */
export async function masterSamples(path: string): Promise<Buffer> {
  return (await readWav(path)).samples;
}
