import { expect, test } from 'vitest';
import { openEngine, say } from './memory-engine.ts';

const RATE = 8000;
const SECONDS = 3;

/** What is warned of and counted of a tone in 32-bit float, sent a tenth of a second at a time. */
async function hear(amplitude: number) {
  const host = openEngine();
  const connection = host.engine.connect('hot', host.client);
  await connection.receiveText(
    say({ action: 'start', format: 'wav', sample_rate: RATE, encoding: 'pcm_f32le', framing: 'raw' }),
  );
  const tone = Float32Array.from(
    { length: RATE * SECONDS },
    (_, frame) => amplitude * Math.sin((2 * Math.PI * 440 * frame) / RATE),
  );
  for (let from = 0; from < tone.length; from += RATE / 10) {
    await connection.receiveBinary(new Uint8Array(tone.slice(from, from + RATE / 10).buffer));
    host.wind(100);
  }
  await connection.receiveText(say({ action: 'stop' }));
  return {
    above: tone.filter((sample) => Math.abs(sample) > 1).length,
    warned: host.of('warning').map(({ code }) => code),
    counted: host.of('recording_stopped').map(({ report }) => report.tracks[0]?.clipped_samples),
  };
}

test('a float stream 6 dB above full scale is warned of as clipping, and each sample above is counted', async () => {
  const { above, warned, counted } = await hear(2);
  expect(above).toBeGreaterThan(RATE);
  expect(warned).toContain('clipping');
  expect(counted).toEqual([above]);
});

test('one just below full scale is not', async () => {
  expect(await hear(0.99)).toEqual({ above: 0, warned: [], counted: [0] });
});
