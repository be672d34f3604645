import { LecternError } from '../../src-main/contract/errors.ts';
import {
  WORKLET_INPUT_CHANNELS,
  type AssemblyOptions,
  type AssemblyReport,
  type FrameSource,
  type FrameSourceOptions,
} from './capture-messages.ts';
import chunkWorkletUrl from './chunk-worklet.ts?worker&url';

const OPENING_LIMIT_MS = 10_000;
/** An interrupted context may not receive Stop. */
const FINISH_LIMIT_MS = 500;

/**
 * Assembles chunks on the audio thread of an audio context at the recording's rate. The returned object holds every
 * node, so that none is garbage-collected while it lives.
 */
export async function openWorkletSource(options: FrameSourceOptions): Promise<FrameSource> {
  const { track, onReport, onSuspended, sampleRate, channels, framesPerChunk, framesPerLevel } = options;
  // With "playback" the context renders so much at once that its input runs dry and is filled with silence.
  const context = new AudioContext({ sampleRate, latencyHint: 'interactive' });
  try {
    await context.audioWorklet.addModule(chunkWorkletUrl);
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
    const processorOptions: AssemblyOptions = { sampleRate, channels, framesPerChunk, framesPerLevel };
    const worklet = new AudioWorkletNode(context, 'lectern-chunks', {
      // Explicit with "speakers": mono comes as two copies. Both channels come even for a mono recording, because Web
      // Audio's own mean would cancel channels that are inverse to each other.
      channelCount: WORKLET_INPUT_CHANNELS,
      channelCountMode: 'explicit',
      channelInterpretation: 'speakers',
      processorOptions,
    });
    worklet.port.onmessage = ({ data }: MessageEvent<AssemblyReport>) => onReport(data);
    // The output stays silent, but only connected nodes are sure to be rendered.
    const nodes = [source, worklet] as const;
    source.connect(worklet).connect(context.destination);
    await running(context);
    const onStateChange = () => {
      onSuspended(context.state !== 'running');
      // Refused while the system interrupts the audio; the next statechange shows when it goes on.
      if (context.state !== 'running') context.resume().catch(() => {});
    };
    context.addEventListener('statechange', onStateChange);
    return {
      command(command) {
        worklet.port.postMessage(command);
        if (command.command === 'finish') setTimeout(() => onReport({ type: 'finished' }), FINISH_LIMIT_MS);
      },
      async close() {
        context.removeEventListener('statechange', onStateChange);
        for (const node of nodes) node.disconnect();
        await context.close();
      },
    };
  } catch (error) {
    await context.close();
    throw error;
  }
}

async function running(context: AudioContext): Promise<void> {
  const limit = AbortSignal.timeout(OPENING_LIMIT_MS);
  await new Promise<void>((resolve, reject) => {
    limit.addEventListener('abort', () =>
      reject(
        new LecternError(
          'CAPTURE_UNSUPPORTED',
          `Expected the audio engine to run, it is ${context.state}. Click the page and try again`,
        ),
      ),
    );
    context.resume().then(resolve, reject);
  });
}
