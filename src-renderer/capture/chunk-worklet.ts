import type { AssemblyCommand, AssemblyOptions, AssemblyReport } from './capture-messages.ts';
import { createChunkAssembler, type ChunkAssembler } from './chunk-assembler.ts';

// The audio thread's globals, which TypeScript's DOM library leaves out.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(
  name: string,
  processor: new (options: { processorOptions: AssemblyOptions }) => AudioWorkletProcessor,
): void;

declare const currentFrame: number;
declare const sampleRate: number;

const QUANTUM_FRAMES = 128;
/** Quanta are rendered in bursts; a pause this long is the system's, or sleep. */
const LONGEST_PAUSE_MS = 1000;
/** The engine takes no chunk that lies more than an hour ahead. */
const LONGEST_LOSS_MS = 55 * 60_000;

class ChunkProcessor extends AudioWorkletProcessor {
  readonly #assembler: ChunkAssembler;
  #nextFrame: number | undefined;
  #renderedAtMs: number | undefined;

  constructor({ processorOptions }: { processorOptions: AssemblyOptions }) {
    super();
    this.#assembler = createChunkAssembler({
      ...processorOptions,
      onChunk: (chunk) => this.#report({ type: 'chunk', ...chunk }, [chunk.buffer]),
      onLevel: ({ peak, rms, clipped }) => this.#report({ type: 'level', peak, rms, clipped }),
    });
    this.port.onmessage = ({ data }: MessageEvent<AssemblyCommand>) => this.#obey(data);
  }

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const input = inputs[0] ?? [];
    const frames = input[0]?.length ?? QUANTUM_FRAMES;
    const nowMs = Date.now();
    this.#skipLost(nowMs);
    this.#assembler.push(input, frames, nowMs);
    this.#nextFrame = currentFrame + frames;
    this.#renderedAtMs = nowMs;
    return true;
  }

  /** Frames the context did not render, and time for which it stood still. */
  #skipLost(nowMs: number): void {
    this.#assembler.skip(currentFrame - (this.#nextFrame ?? currentFrame), 'missing_chunks');
    const pausedMs = nowMs - (this.#renderedAtMs ?? nowMs);
    if (pausedMs < LONGEST_PAUSE_MS) return;
    this.#assembler.skip(Math.round((Math.min(pausedMs, LONGEST_LOSS_MS) / 1000) * sampleRate), 'suspended');
  }

  #obey(command: AssemblyCommand): void {
    if (command === 'record') return this.#assembler.record();
    this.#assembler.hold();
    if (command === 'hold') return;
    this.#assembler.flush();
    this.#report({ type: 'finished' });
  }

  #report(report: AssemblyReport, transfer: Transferable[] = []): void {
    this.port.postMessage(report, transfer);
  }
}

registerProcessor('lectern-chunks', ChunkProcessor);
