import { beforeAll, describe, expect, test, vi } from 'vitest';
import { measureLevels } from '../../../src-main/audio/levels.ts';
import { bytesOf, samplesOf } from '../../../src-main/audio/pcm.ts';
import type {
  AssemblyOptions,
  AssemblyReport,
  TimedCommand,
} from '../../../src-renderer/capture/capture-messages.ts';
import { createStreamAssembly } from '../../../src-renderer/capture/stream-assembly.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { voiceLike } from '../repair/memory-file.ts';

const RATE = 48_000;
const FRAMES = 2 * RATE;
const OPTIONS: AssemblyOptions = {
  sampleRate: RATE,
  channels: 1,
  framesPerChunk: 4800,
  framesPerLevel: 4800,
};

const spoken = samplesOf(voiceLike(FRAMES)).map((sample) => sample >> 1);
const noiseOf = (seed: number) => samplesOf(seededBytes(seed, 2 * FRAMES));
/** As Chromium makes floats of a device's samples. */
const toFloats = (samples: Int16Array) =>
  Float32Array.from(samples, (sample) => sample / (sample < 0 ? 32_768 : 32_767));
const voice = toFloats(spoken);
const inverted = voice.map((sample) => -sample);

const samplesIn = (reports: readonly AssemblyReport[]) =>
  Int16Array.from(
    reports.flatMap((report) => (report.type === 'chunk' ? [...new Int16Array(report.buffer)] : [])),
  );
const loudness = (samples: Int16Array) => measureLevels(bytesOf(samples)).rms;

/** Everything that a device brings, in pieces of 10 ms, through the real assembly. */
function record(planes: readonly Float32Array[], deviceRate = RATE): Int16Array {
  const reports: AssemblyReport[] = [];
  let now = 0;
  const assembly = createStreamAssembly({
    ...OPTIONS,
    report: (report) => reports.push(report),
    lossCause: 'missing_chunks',
    nowMs: () => now,
    wallMs: () => now,
  });
  assembly.command('record');
  const frames = deviceRate / 100;
  for (let from = 0; from < FRAMES; from += frames) {
    const piece = planes.map((plane) => plane.slice(from, from + frames));
    assembly.push({ planes: piece, sampleRate: deviceRate, timestampMs: now });
    now += 10;
  }
  assembly.command('finish');
  assembly.end();
  return samplesIn(reports);
}

describe('a mono recording', () => {
  test('of a microphone whose sides are each other’s inverse is as loud as one side', () => {
    expect(loudness(record([voice, inverted])) / loudness(spoken)).toBeCloseTo(1, 2);
    expect(loudness(record([voice, inverted.map((sample) => sample / 2)])) / loudness(spoken)).toBeCloseTo(
      0.75,
      2,
    );
  });

  test('of such a one at another rate too', () => {
    expect(loudness(record([voice, inverted], 32_000)) / loudness(spoken)).toBeCloseTo(1, 1);
  });

  test('of a mono microphone, and of one whose sides are the same, is that to the last bit', () => {
    expect(record([voice])).toEqual(spoken);
    expect(record([voice, voice])).toEqual(spoken);
  });

  test.each([1, 3, 5, 7])(
    'of sides that hear the same, each with noise of its own from the beginning (%i), is their mean to the last bit',
    (seed) => {
      const noisy = (seed: number) => {
        const noise = noiseOf(seed);
        return toFloats(
          spoken.map((sample, frame) => (frame < RATE / 4 ? 0 : sample) + ((noise[frame] ?? 0) >> 8)),
        );
      };
      const [left, right] = [noisy(seed), noisy(seed + 1)];
      const mean = left.map((sample, frame) => (sample + (right[frame] ?? 0)) / 2);
      expect(record([left, right])).toEqual(record([mean]));
    },
  );
});

describe('a mono recording through the worklet', () => {
  interface Processor {
    readonly port: { onmessage?: (event: { readonly data: TimedCommand }) => void };
    process(inputs: readonly (readonly Float32Array[])[], outputs: readonly Float32Array[][]): boolean;
  }
  let Registered: (new (options: { processorOptions: AssemblyOptions }) => Processor) | undefined;
  const posted: AssemblyReport[] = [];
  let now = 0;

  // The audio thread's globals, without which the module cannot be read.
  beforeAll(async () => {
    vi.spyOn(Date, 'now').mockImplementation(() => now);
    vi.stubGlobal('sampleRate', RATE);
    vi.stubGlobal(
      'AudioWorkletProcessor',
      class {
        readonly port = { postMessage: (report: AssemblyReport) => posted.push(report) };
      },
    );
    vi.stubGlobal('registerProcessor', (_: string, processor: typeof Registered) => {
      Registered = processor;
    });
    await import('../../../src-renderer/capture/chunk-worklet.ts');
    return () => {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    };
  });

  test.each([
    ['sides that are each other’s inverse', [voice, inverted], 2],
    ['the two copies that a mono microphone comes as', [voice, voice], 0],
  ])('has %s whole', (_, planes, mayDiffer) => {
    posted.length = 0;
    now = 0;
    const processor = new Registered!({ processorOptions: OPTIONS });
    processor.port.onmessage?.({ data: { command: 'record', atWallMs: 0 } });
    for (let from = 0; from + 128 <= FRAMES; from += 128) {
      processor.process([planes.map((plane) => plane.slice(from, from + 128))], [[]]);
      now = ((from + 128) * 1000) / RATE;
    }
    const recorded = samplesIn(posted);
    expect(recorded.length).toBeGreaterThan(RATE);
    const share = loudness(recorded) / loudness(spoken.subarray(0, recorded.length));
    expect(share).toBeCloseTo(1, 2);
    if (mayDiffer === 0) expect(recorded).toEqual(spoken.subarray(0, recorded.length));
  });
});
