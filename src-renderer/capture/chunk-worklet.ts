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

const QUANTUM_FRAMES = 128;

class ChunkProcessor extends AudioWorkletProcessor {
  readonly #assembler: ChunkAssembler;

  constructor({ processorOptions }: { processorOptions: AssemblyOptions }) {
    super();
    this.#assembler = createChunkAssembler({
      ...processorOptions,
      onChunk: ({ buffer, frames, seq, startFrame }) =>
        this.#report({ type: 'chunk', buffer, frames, seq, startFrame }, [buffer]),
      onLevel: ({ peak, rms, clipped }) => this.#report({ type: 'level', peak, rms, clipped }),
    });
    this.port.onmessage = ({ data }: MessageEvent<AssemblyCommand>) => this.#obey(data);
  }

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const input = inputs[0] ?? [];
    this.#assembler.push(input, input[0]?.length ?? QUANTUM_FRAMES);
    return true;
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
