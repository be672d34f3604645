import { createWavHeader } from '../../../src-main/audio/wav-header.ts';
import type { RecogniserTools, SpeechPiece } from '../../../src-main/transcribe/recogniser.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

export function wavOf({ pcm, sampleRate }: SpeechPiece): Buffer {
  const header = createWavHeader({ sampleRate, channels: 1, mayExceed4GiB: false });
  return Buffer.concat([header.forSizes(pcm.byteLength, 0), pcm]);
}

/** A recogniser's surroundings in a folder that is gone after the test; waits are noted, not waited. */
export async function openTools(overrides: Partial<RecogniserTools> = {}) {
  const workDir = await temporaryFolder();
  const waits: number[] = [];
  const programs: (number | undefined)[] = [];
  const tools: RecogniserTools = {
    workDir,
    wavOf,
    compress: undefined,
    apiKey: undefined,
    onProgram: (pid) => programs.push(pid),
    wait: async (ms, signal) => {
      signal.throwIfAborted();
      waits.push(ms);
    },
    wallMs: () => Date.parse('2025-01-01T00:00:00Z'),
    ...overrides,
  };
  return { tools, waits, programs, workDir };
}

/** Options that nobody aborts. */
export const calmly = { signal: new AbortController().signal, onProgress: () => undefined };
