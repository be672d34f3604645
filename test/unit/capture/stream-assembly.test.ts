import { describe, expect, test } from 'vitest';
import type { AssemblyReport } from '../../../src-renderer/capture/capture-messages.ts';
import { createStreamAssembly } from '../../../src-renderer/capture/stream-assembly.ts';

const DEVICE_CLOCK_AHEAD_MS = 5_000_000;

/** A microphone at 1000 Hz in pieces of 10 ms; each sample is the millisecond it was captured in. */
function record(channels: 1 | 2 = 1) {
  const reports: AssemblyReport[] = [];
  let now = 0;
  const assembly = createStreamAssembly({
    sampleRate: 1000,
    channels,
    framesPerChunk: 100,
    framesPerLevel: 50,
    report: (report) => reports.push(report),
    nowMs: () => now,
    wallMs: () => now,
  });
  return {
    assembly,
    reports,
    at(milliseconds: number) {
      now = milliseconds;
      return this;
    },
    /** Reads the piece that was captured from `milliseconds` on. */
    read(milliseconds: number) {
      const samples = Float32Array.from({ length: 10 }, (_, frame) => (milliseconds + frame) / 32_767);
      assembly.push({
        planes: [samples],
        sampleRate: 1000,
        timestampMs: milliseconds + DEVICE_CLOCK_AHEAD_MS,
      });
    },
    samples: () =>
      reports.flatMap((report) => (report.type === 'chunk' ? [...new Int16Array(report.buffer)] : [])),
  };
}

describe('stream assembly', () => {
  test('Stop on a machine too busy to read keeps what was said before it, and nothing said after', () => {
    const recording = record();
    recording.at(10).read(0);
    recording.assembly.command('record');
    recording.at(20).read(10);
    // Busy from here to 100; Stop is pressed at 60.
    recording.at(60).assembly.command('finish');
    for (let piece = 20; piece < 90; piece += 10) recording.at(100).read(piece);
    expect(recording.samples()).toEqual(Array.from({ length: 40 }, (_, frame) => frame + 10));
    expect(recording.reports.at(-1)).toEqual({ type: 'finished' });
  });

  test('a microphone that went away still delivers its last words', () => {
    const recording = record();
    recording.assembly.command('record');
    recording.at(10).read(0);
    recording.assembly.end();
    recording.assembly.command('finish');
    expect(recording.samples()).toHaveLength(10);
    expect(recording.reports.filter(({ type }) => type === 'finished')).toHaveLength(1);
  });

  test.each([
    ['a mono recording of a stereo microphone is the mean of both sides', 1, [[8, 20]], [14]],
    ['a stereo recording of a mono microphone has it on both sides', 2, [[8]], [8, 8]],
    ['a stereo recording of a stereo microphone keeps the sides apart', 2, [[8, 20]], [8, 20]],
  ] as const)('%s', (_, channels, [planes], expected) => {
    const recording = record(channels);
    recording.assembly.command('record');
    recording.assembly.push({
      planes: planes.map((value) => Float32Array.of(value / 32_767)),
      sampleRate: 1000,
      timestampMs: 0,
    });
    recording.assembly.command('finish');
    recording.assembly.end();
    expect(recording.samples()).toEqual(expected);
  });
});
