import { createStore, type StoreApi } from 'zustand/vanilla';
import { toWireError } from '../../src-main/contract/errors.ts';
import type { ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { Settings } from '../../src-main/contract/settings.ts';
import type { Capture, CaptureChunk } from '../capture/capture.ts';
import type { SessionClient, SessionClientEvents } from '../session/session-client.ts';
import { createChunkTimeline, type ChunkTimeline } from './chunk-timeline.ts';
import { createEngineMessageHandler } from './engine-messages.ts';
import { createWarningWatch, type LiveWarning, type LiveWarningCode } from './live-warning.ts';
import type { CaptureListener, MicrophoneController } from './microphone.ts';
import { IDLE, type RecordingState } from './recording-state.ts';

export interface RecorderDependencies {
  openSession(events: SessionClientEvents): Promise<SessionClient>;
  readonly microphone: MicrophoneController;
  readonly settings: () => Settings;
  /** Milliseconds that never go back. Measures only how long there was no microphone. */
  readonly now: () => number;
  /** The library has something new to show. */
  readonly onLibraryChange: () => void;
}

export interface RecorderController {
  readonly store: StoreApi<RecordingState>;
  start(title: string): Promise<void>;
  togglePause(): Promise<void>;
  addMarker(label: string): Promise<void>;
  stop(): Promise<void>;
  dismissWarning(): void;
  dismissOutcome(): void;
}

export function createRecorder(deps: RecorderDependencies): RecorderController {
  const { microphone } = deps;
  const store = createStore<RecordingState>(() => IDLE);
  const watch = createWarningWatch();
  let client: SessionClient | undefined;
  let timeline: ChunkTimeline | undefined;
  /** Captured before the engine was ready, so that the first word is not lost; null once it is. */
  let early: CaptureChunk[] | null = null;
  let losses = 0;

  const phase = () => store.getState().phase;
  const seconds = () => store.getState().frames / store.getState().sampleRate;

  function warn(code: LiveWarningCode, subject?: string): void {
    watch.begin();
    const warning: LiveWarning = {
      code,
      atSeconds: seconds(),
      ...(subject === undefined ? {} : { subject }),
    };
    store.setState({ warning });
  }

  function dismissWarning(): void {
    store.setState({ warning: null });
  }

  /** Ends the recording on this side, whoever ended it. */
  async function conclude(outcome: Partial<RecordingState>): Promise<void> {
    client?.close();
    client = undefined;
    early = null;
    timeline = undefined;
    microphone.attach(null);
    store.setState({ ...outcome, phase: 'idle', warning: null, connection: 'connected' });
    deps.onLibraryChange();
    await microphone.open();
  }

  const listener: CaptureListener = {
    onChunk(chunk) {
      if (timeline === undefined) return;
      const placed = timeline.place(chunk);
      if (early === null) client?.sendChunk(placed);
      else early.push(placed);
      store.setState({ frames: timeline.frames });
    },
    onLevel(level) {
      const { warning } = store.getState();
      if (warning !== null && watch.isOver(warning.code, level)) dismissWarning();
    },
    onEnded(reason) {
      if (reason === 'device_lost') void replaceMicrophone();
      else if (reason === 'muted' || reason === 'suspended') warn(reason, store.getState().microphoneLabel);
      else if (['muted', 'suspended'].includes(store.getState().warning?.code ?? '')) dismissWarning();
    },
    onDevicesChange() {
      if (microphone.capture === undefined && phase() !== 'stopping') void reopenMicrophone();
    },
  };

  async function replaceMicrophone(): Promise<void> {
    timeline?.lose();
    if (phase() === 'paused') timeline?.pause();
    warn('device_lost', store.getState().microphoneLabel);
    await reopenMicrophone();
  }

  /** Goes on with the remembered microphone, or else the default one. Without any, waits for one to appear. */
  async function reopenMicrophone(): Promise<void> {
    const loss = ++losses;
    const lost = store.getState().microphoneLabel;
    const capture = await microphone.open();
    if (capture === undefined || timeline === undefined || loss !== losses || phase() === 'stopping') return;
    const { sampleRate, channels } = store.getState();
    // Frames of another shape would play at the wrong speed; what is recorded is safer ended than bent.
    if (capture.sampleRate !== sampleRate || capture.channels !== channels) return stop();
    timeline.restore();
    capture.start();
    if (phase() === 'paused') capture.pause();
    store.setState({ microphoneLabel: capture.deviceLabel });
    if (capture.deviceLabel === lost) dismissWarning();
    else warn('device_switched', capture.deviceLabel);
  }

  const onMessage = createEngineMessageHandler({
    store,
    unacknowledgedFrames: () => client?.unacknowledgedFrames ?? 0,
    warn,
    onStopped: (message) => void concludeUnasked(message),
    onLibraryChange: deps.onLibraryChange,
  });

  async function concludeUnasked(saved: ServerMessageOf<'recording_stopped'>): Promise<void> {
    if (client === undefined) return;
    await microphone.close();
    await conclude({ saved });
  }

  const events: SessionClientEvents = {
    onMessage,
    onConnection(connection) {
      store.setState({ connection });
      if (connection !== 'lost' || client === undefined || phase() === 'stopping') return;
      const problem = {
        code: 'CONNECTION_LOST',
        message: 'The engine did not answer for 30 seconds.',
      } as const;
      void microphone.close().then(() => conclude({ problem }));
    },
  };

  async function begin(title: string, capture: Capture): Promise<void> {
    const settings = deps.settings();
    const opened = await deps.openSession(events);
    client = opened;
    const started = await opened.start({
      format: settings.format,
      sample_rate: capture.sampleRate,
      channels: capture.channels,
      encoding: 'pcm_s16le',
      tracks: ['user'],
      framing: 'headed',
      gain: settings.gain,
      on_limit: 'continue',
      ...(settings.split_minutes === null ? {} : { split_minutes: settings.split_minutes }),
      ...(title.trim() === '' ? {} : { title: title.trim() }),
    });
    for (const chunk of early ?? []) opened.sendChunk(chunk);
    early = null;
    store.setState({ phase: 'recording', sessionId: started.session_id, part: started.part });
    deps.onLibraryChange();
  }

  async function start(title: string): Promise<void> {
    const { capture } = microphone;
    if (phase() !== 'idle' || capture === undefined) return;
    const { sampleRate, channels, deviceLabel: microphoneLabel } = capture;
    const { format } = deps.settings();
    store.setState({ ...IDLE, phase: 'starting', format, sampleRate, channels, microphoneLabel });
    timeline = createChunkTimeline(sampleRate, deps.now);
    early = [];
    microphone.attach(listener);
    capture.start();
    try {
      await begin(title, capture);
    } catch (error) {
      await microphone.close();
      await conclude({ problem: toWireError(error) });
    }
  }

  /** Runs a request of the running recording; a refusal is shown and the recording goes on. */
  async function ask(request: (running: SessionClient) => Promise<unknown>): Promise<boolean> {
    if (client === undefined) return false;
    try {
      await request(client);
      return true;
    } catch (error) {
      store.setState({ problem: toWireError(error) });
      return false;
    }
  }

  async function togglePause(): Promise<void> {
    if (phase() === 'recording') {
      store.setState({ phase: 'paused' });
      microphone.capture?.pause();
      timeline?.pause();
      await ask((running) => running.pause());
    } else if (phase() === 'paused') {
      if (!(await ask((running) => running.resume())) || phase() !== 'paused') return;
      store.setState({ phase: 'recording' });
      if (microphone.capture === undefined) timeline?.lose();
      microphone.capture?.resume();
    }
  }

  async function stop(): Promise<void> {
    const running = client;
    if (running === undefined || (phase() !== 'recording' && phase() !== 'paused')) return;
    store.setState({ phase: 'stopping' });
    try {
      await microphone.close();
      await conclude({ saved: await running.stop() });
    } catch (error) {
      await conclude({ problem: toWireError(error) });
    }
  }

  return {
    store,
    start,
    togglePause,
    stop,
    dismissWarning,
    async addMarker(label) {
      if (phase() !== 'recording' && phase() !== 'paused') return;
      const trimmed = label.trim();
      await ask((running) => running.marker(trimmed === '' ? undefined : trimmed));
    },
    dismissOutcome() {
      store.setState({ saved: null, problem: null });
    },
  };
}
