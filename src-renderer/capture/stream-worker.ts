import type { AssemblyReport, TimedCommand } from './capture-messages.ts';
import { createFinish } from './finish.ts';
import { createStreamAssembly } from './stream-assembly.ts';
import type { StreamWorkerStart } from './stream-source.ts';

let assembly: ReturnType<typeof createStreamAssembly> | undefined;
const finish = createFinish({
  after: (milliseconds, action) => void setTimeout(action, milliseconds),
  end: () => assembly?.end(),
});

function report(message: AssemblyReport): void {
  const transfer = message.type === 'chunk' ? [message.buffer] : [];
  postMessage(message, { transfer });
}

addEventListener('message', ({ data }: MessageEvent<StreamWorkerStart | TimedCommand>) => {
  if ('readable' in data) {
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
  assembly?.command(data.command, data.atWallMs);
  if (data.command === 'finish') finish.begin();
});

async function read(
  readable: ReadableStream<AudioData>,
  { push, end }: ReturnType<typeof createStreamAssembly>,
): Promise<void> {
  const reader = readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return end();
    finish.notePiece();
    const planes = Array.from({ length: value.numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(value.numberOfFrames);
      value.copyTo(plane, { planeIndex, format: 'f32-planar' });
      return plane;
    });
    push({ planes, sampleRate: value.sampleRate, timestampMs: value.timestamp / 1000 });
    value.close();
  }
}
