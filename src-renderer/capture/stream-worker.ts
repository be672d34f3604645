import type { AssemblyCommand, AssemblyReport } from './capture-messages.ts';
import { createStreamAssembly } from './stream-assembly.ts';
import type { StreamWorkerStart } from './stream-source.ts';

/** How long Stop waits for audio still to be read. */
const LONGEST_FINISH_MS = 2000;
/** Twice in a row without a piece in this time, and the device gives none: Stop need not wait. */
const IDLE_MS = 150;

let assembly: ReturnType<typeof createStreamAssembly> | undefined;
let piecesRead = 0;

function report(message: AssemblyReport): void {
  const transfer = message.type === 'chunk' ? [message.buffer] : [];
  postMessage(message, { transfer });
}

addEventListener('message', ({ data }: MessageEvent<StreamWorkerStart | AssemblyCommand>) => {
  if (typeof data !== 'string') {
    assembly = createStreamAssembly({
      ...data,
      lossCause: 'missing_chunks',
      report,
      nowMs: () => performance.now(),
      wallMs: () => Date.now(),
    });
    void read(data.readable, assembly);
    return;
  }
  assembly?.command(data);
  if (data !== 'finish') return;
  setTimeout(() => assembly?.end(), LONGEST_FINISH_MS);
  endWhenIdle(2);
});

function endWhenIdle(turns: number): void {
  const before = piecesRead;
  setTimeout(() => {
    if (piecesRead !== before) endWhenIdle(2);
    else if (turns > 1) endWhenIdle(turns - 1);
    else assembly?.end();
  }, IDLE_MS);
}

async function read(
  readable: ReadableStream<AudioData>,
  { push, end }: ReturnType<typeof createStreamAssembly>,
): Promise<void> {
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return end();
    piecesRead += 1;
    const planes = Array.from({ length: value.numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(value.numberOfFrames);
      value.copyTo(plane, { planeIndex, format: 'f32-planar' });
      return plane;
    });
    push({ planes, sampleRate: value.sampleRate, timestampMs: value.timestamp / 1000 });
    value.close();
  }
}
