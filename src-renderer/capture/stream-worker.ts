import type { AssemblyCommand, AssemblyReport } from './capture-messages.ts';
import { createStreamAssembly } from './stream-assembly.ts';
import type { StreamWorkerStart } from './stream-source.ts';

/** How long Stop waits for audio still to be read, and so for a device that gives none. */
const LONGEST_FINISH_MS = 2000;

let assembly: ReturnType<typeof createStreamAssembly> | undefined;

function report(message: AssemblyReport): void {
  const transfer = message.type === 'chunk' ? [message.buffer] : [];
  postMessage(message, { transfer });
}

addEventListener('message', ({ data }: MessageEvent<StreamWorkerStart | AssemblyCommand>) => {
  if (typeof data !== 'string') {
    assembly = createStreamAssembly({ ...data, report, nowMs: () => performance.now() });
    void read(data.readable, assembly);
    return;
  }
  assembly?.command(data);
  if (data === 'finish') setTimeout(() => assembly?.end(), LONGEST_FINISH_MS);
});

async function read(
  readable: ReadableStream<AudioData>,
  { push, end }: ReturnType<typeof createStreamAssembly>,
): Promise<void> {
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return end();
    const planes = Array.from({ length: value.numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(value.numberOfFrames);
      value.copyTo(plane, { planeIndex, format: 'f32-planar' });
      return plane;
    });
    push({ planes, sampleRate: value.sampleRate, timestampMs: value.timestamp / 1000 });
    value.close();
  }
}
