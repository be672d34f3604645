import { describe, expect, test } from 'vitest';
import {
  type AssembledChunk,
  type AssembledLevel,
  createChunkAssembler,
} from '../../../src-renderer/capture/chunk-assembler.ts';

function assemble(channels: 1 | 2, framesPerChunk: number, framesPerLevel = 1000) {
  const chunks: AssembledChunk[] = [];
  const levels: AssembledLevel[] = [];
  const assembler = createChunkAssembler({
    sampleRate: 1000,
    channels,
    framesPerChunk,
    framesPerLevel,
    onChunk: (chunk) => chunks.push(chunk),
    onLevel: (level) => levels.push(level),
  });
  const samples = () => chunks.flatMap(({ buffer }) => [...new Int16Array(buffer)]);
  return { assembler, chunks, levels, samples };
}

/** As Chromium makes the samples of a 16-bit device into floats. */
function asFloats(samples: Int16Array): Float32Array {
  return Float32Array.from(samples, (sample) => sample / (sample < 0 ? 32_768 : 32_767));
}

describe('chunk assembler', () => {
  test('every sample a 16-bit microphone can give is recorded as it was', () => {
    const every = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
    const { assembler, samples } = assemble(1, 4800);
    assembler.record();
    for (let frame = 0; frame < every.length; frame += 128)
      assembler.push([asFloats(every.subarray(frame, frame + 128))], 128, 0);
    assembler.flush();
    expect(Int16Array.from(samples())).toEqual(every);
  });

  test('chunks say where they belong, and none is lost between them', () => {
    const { assembler, chunks } = assemble(2, 300);
    assembler.push([new Float32Array(128), new Float32Array(128)], 128, 0);
    assembler.record();
    for (let push = 0; push < 5; push += 1)
      assembler.push([new Float32Array(128), new Float32Array(128)], 128, 0);
    assembler.flush();
    expect(chunks.map(({ startFrame, frames, buffer }) => [startFrame, frames, buffer.byteLength])).toEqual([
      [0, 300, 1200],
      [300, 300, 1200],
      [600, 40, 160],
    ]);
  });

  test('a pause leaves out what was said in it and nothing else', () => {
    const { assembler, samples } = assemble(1, 4);
    const push = (...values: number[]) =>
      assembler.push([asFloats(Int16Array.from(values))], values.length, 0);
    assembler.record();
    push(1, 2, 3, 4, 5);
    assembler.hold();
    push(100, 101, 102, 103);
    assembler.record();
    push(6, 7, 8);
    assembler.flush();
    expect(samples()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('what never came moves what comes after it, is said to be missing, and does not count in a pause', () => {
    const { assembler, chunks } = assemble(1, 100);
    const push = (frames: number, at: number) => assembler.push([new Float32Array(frames)], frames, at);
    assembler.record();
    push(130, 5000);
    assembler.skip(50, 'missing_chunks');
    push(100, 5180);
    assembler.hold();
    assembler.skip(1000, 'suspended');
    assembler.record();
    push(50, 9000);
    assembler.flush();
    expect(chunks.map(({ buffer: _, ...place }) => place)).toEqual([
      { startFrame: 0, frames: 100, endedAtMs: 5100 },
      { startFrame: 100, frames: 30, endedAtMs: 5130 },
      { startFrame: 180, frames: 100, endedAtMs: 5280, gapCause: 'missing_chunks' },
      { startFrame: 280, frames: 50, endedAtMs: 9050 },
    ]);
  });

  test('overload is clamped and reported, and the next reading starts afresh', () => {
    const { assembler, samples, levels } = assemble(1, 100, 2);
    assembler.record();
    assembler.push([Float32Array.of(1.5, -1.5, 0.25, -0.25)], 4, 0);
    assembler.flush();
    expect(samples()).toEqual([32_767, -32_768, 8192, -8192]);
    expect(levels).toEqual([
      { peak: [1], rms: [1], clipped: true },
      { peak: [0.25], rms: [0.25], clipped: false },
    ]);
  });
});
