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
    lossCause: 'missing_chunks',
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
    /** Reads the piece that was captured from `milliseconds` on, stamped so much too late. */
    read(milliseconds: number, stampErrorMs = 0) {
      const samples = Float32Array.from({ length: 10 }, (_, frame) => (milliseconds + frame) / 32_767);
      assembly.push({
        planes: [samples],
        sampleRate: 1000,
        timestampMs: milliseconds + DEVICE_CLOCK_AHEAD_MS + stampErrorMs,
      });
    },
    samples: () =>
      reports.flatMap((report) => (report.type === 'chunk' ? [...new Int16Array(report.buffer)] : [])),
  };
}

describe('stream assembly', () => {
  test('Stop on a machine too busy to read keeps what was said before it, and nothing said after', () => {
    const recording = record();
    for (let piece = 0; piece < 500; piece += 10) recording.at(piece + 10).read(piece);
    recording.assembly.command('record');
    recording.at(510).read(500);
    // Busy from here to 590; Stop is pressed at 550.
    recording.at(550).assembly.command('finish');
    for (let piece = 510; piece < 580; piece += 10) recording.at(590).read(piece);
    expect(recording.samples()).toEqual(Array.from({ length: 40 }, (_, frame) => frame + 500));
    const told = recording.reports.filter(({ type }) => type !== 'level');
    expect(told.at(-1)).toEqual({ type: 'finished' });
  });

  test('a device opened while nobody has time to read it is placed by when it was heard, not read', () => {
    const recording = record();
    recording.assembly.command('record');
    // Captured from 1000 on, and read only from 2200 on.
    for (let piece = 1000; piece < 3000; piece += 10) recording.at(Math.max(2200, piece + 10)).read(piece);
    const [first] = recording.reports.filter((report) => report.type === 'chunk');
    expect(first).toMatchObject({ startFrame: 0, frames: 100, endedAtMs: 1110 });
  });

  test('a device that stamps its first pieces wrongly is placed by when it was heard all the same', () => {
    const recording = record();
    recording.assembly.command('record');
    for (let piece = 1000; piece < 1300; piece += 10) recording.at(piece + 10).read(piece, 600);
    for (let piece = 1300; piece < 3000; piece += 10) recording.at(piece + 10).read(piece);
    const chunks = recording.reports.filter((report) => report.type === 'chunk');
    expect(chunks.map(({ endedAtMs }) => endedAtMs)).toEqual(
      chunks.map(({ startFrame }) => 1110 + startFrame),
    );
    expect(chunks.filter(({ gapCause }) => gapCause !== undefined)).toEqual([]);
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
    recording.at(10).assembly.command('finish');
    recording.assembly.end();
    expect(recording.samples()).toEqual(expected);
  });

  test('a device that changes its rate, as Bluetooth ones do in a call, does not change the pitch', () => {
    const reports: AssemblyReport[] = [];
    let now = 0;
    const assembly = createStreamAssembly({
      sampleRate: 16_000,
      channels: 1,
      framesPerChunk: 1600,
      framesPerLevel: 800,
      report: (report) => reports.push(report),
      lossCause: 'missing_chunks',
      nowMs: () => now,
      wallMs: () => now,
    });
    assembly.command('record');
    for (const sampleRate of [48_000, 8000, 44_100, 16_000])
      for (let piece = 0; piece < 100; piece += 1) {
        const frames = sampleRate / 100;
        const tone = (_: unknown, frame: number) =>
          Math.sin(2 * Math.PI * 400 * (now / 1000 + frame / sampleRate));
        const planes = [Float32Array.from({ length: frames }, tone)];
        assembly.push({ planes, sampleRate, timestampMs: now });
        now += 10;
      }
    assembly.command('finish');
    assembly.end();
    const chunks = reports.filter((report) => report.type === 'chunk');
    const samples = chunks.flatMap(({ buffer }) => [...new Int16Array(buffer)]);
    expect(chunks.some(({ gapCause }) => gapCause !== undefined)).toBe(false);
    // A filter holds about a millisecond back, and a change of rate begins another.
    expect(Math.abs(samples.length - 4 * 16_000)).toBeLessThan(4 * 160);
    for (let second = 0; second < 4; second += 1) {
      const part = samples.slice(second * 16_000 + 1000, second * 16_000 + 15_000);
      const crossings = part.filter((sample, index) => sample >= 0 && (part[index - 1] ?? 0) < 0).length;
      expect((crossings * 16_000) / part.length).toBeCloseTo(400, -1);
    }
  });

  test('audio that was dropped during a pause is not missed, and what was dropped around it is', () => {
    const recording = record();
    recording.assembly.command('record');
    let at = 0;
    const speak = (until: number) => {
      for (; at < until; at += 10) recording.at(at + 10).read(at);
    };
    speak(1000);
    recording.at(1000).assembly.command('hold');
    speak(1100);
    at += 500;
    speak(2000);
    recording.at(2000).assembly.command('record');
    speak(2500);
    at += 300;
    speak(4000);
    recording.at(4000).assembly.command('finish');
    recording.assembly.end();
    const chunks = recording.reports.filter((report) => report.type === 'chunk');
    const gaps = chunks.filter(({ gapCause }) => gapCause !== undefined);
    expect(gaps).toMatchObject([{ startFrame: 1800, gapCause: 'missing_chunks' }]);
    expect(recording.samples()).toHaveLength(1000 + 500 + 1200);
  });
});
