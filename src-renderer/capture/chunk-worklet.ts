import {
  WORKLET_INPUT_CHANNELS,
  type AssemblyOptions,
  type AssemblyReport,
  type TimedCommand,
} from './capture-messages.ts';
import { CONTEXT_STAMPS } from './dropped-audio.ts';
import { createStreamAssembly } from './stream-assembly.ts';

// The audio thread's globals, which TypeScript's DOM library leaves out.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions: AssemblyOptions }) => AudioWorkletProcessor,
): void;
declare const sampleRate: number;

const QUANTUM_FRAMES = 128;
/**
 * -200 dBFS, which no converter plays. Chromium disconnects a context from its output device after 30 s of digital
 * silence, and that puts 1024 frames of silence into the captured audio.
 */
const INAUDIBLE = 1e-10;
/** Quanta in about 20 ms. */
const PIECE_QUANTA = Math.ceil(sampleRate / 50 / QUANTUM_FRAMES);

class ChunkProcessor extends AudioWorkletProcessor {
  readonly #assembly: ReturnType<typeof createStreamAssembly>;
  #planes: Float32Array[] = [];
  #filled = 0;
  #startedAtMs = 0;

  constructor({ processorOptions }: { processorOptions: AssemblyOptions }) {
    super();
    this.#assembly = createStreamAssembly({
      ...processorOptions,
      // An audio context drops nothing by itself: when it is interrupted, its clock stops too.
      lossCause: 'suspended',
      stamps: CONTEXT_STAMPS,
      nowMs: () => Date.now(),
      wallMs: () => Date.now(),
      report: (report) => this.#report(report),
    });
    this.port.onmessage = ({ data }: MessageEvent<TimedCommand>) =>
      this.#assembly.command(data.command, data.atWallMs);
  }

  process(
    inputs: readonly (readonly Float32Array[])[],
    outputs: readonly (readonly Float32Array[])[],
  ): boolean {
    for (const channel of outputs[0] ?? []) channel.fill(INAUDIBLE);
    const input = inputs[0] ?? [];
    const frames = input[0]?.length ?? QUANTUM_FRAMES;
    if (this.#filled === 0) this.#begin(frames);
    // A missing channel counts as silence.
    this.#planes.forEach((plane, channel) => {
      const samples = input[channel];
      if (samples !== undefined) plane.set(samples, this.#filled);
    });
    this.#filled += frames;
    if (this.#filled >= frames * PIECE_QUANTA) this.#hand();
    return true;
  }

  #begin(quantumFrames: number): void {
    this.#startedAtMs = Date.now();
    this.#planes = Array.from(
      { length: WORKLET_INPUT_CHANNELS },
      () => new Float32Array(quantumFrames * PIECE_QUANTA),
    );
  }

  #hand(): void {
    this.#filled = 0;
    this.#assembly.push({ planes: this.#planes, sampleRate, timestampMs: this.#startedAtMs });
  }

  #report(report: AssemblyReport): void {
    this.port.postMessage(report, report.type === 'chunk' ? [report.buffer] : []);
  }
}

registerProcessor('lectern-chunks', ChunkProcessor);
