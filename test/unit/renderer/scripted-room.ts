import { LecternError } from '../../../src-main/contract/errors.ts';
import type { ServerMessage, ServerMessageOf } from '../../../src-main/contract/server-messages.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../src-main/contract/settings.ts';
import type {
  Capture,
  CaptureChunk,
  CaptureEvents,
  CaptureOptions,
} from '../../../src-renderer/capture/capture.ts';
import type { Microphone } from '../../../src-renderer/capture/devices.ts';
import type { RecordingMemory, RememberedRecording } from '../../../src-renderer/session/recording-memory.ts';
import type {
  RejoinedSession,
  SessionClient,
  SessionClientEvents,
} from '../../../src-renderer/session/session-client.ts';

/** Frames of every chunk a scripted microphone delivers. */
export const CHUNK_FRAMES = 1600;

export interface ScriptedMicrophone {
  readonly options: CaptureOptions;
  readonly events: CaptureEvents;
  state: 'monitoring' | 'recording' | 'held' | 'stopped';
  /** Speaks for a number of chunks. */
  speak(chunks: number): void;
  unplug(): void;
}

/** A clock that stands still until somebody speaks or the test moves it on. */
export function createScriptedClock() {
  const clock = { nowMs: 1_000_000, sleptMs: 0, now: () => clock.nowMs, asleepMs: () => clock.sleptMs };
  return clock;
}
export type ScriptedClock = ReturnType<typeof createScriptedClock>;

/** A desk with microphones to plug in and out, in place of the browser's. */
export function createDesk(names: string[], clock = createScriptedClock(), { silent = false } = {}) {
  const opened: ScriptedMicrophone[] = [];
  const watchers = new Set<() => void>();
  let plugged = [...names];
  let namesHidden = false;
  let denied = false;
  let gate: Promise<void> = Promise.resolve();

  function scripted(options: CaptureOptions, events: CaptureEvents): ScriptedMicrophone {
    let said = 0;
    const microphone: ScriptedMicrophone = {
      options,
      events,
      state: 'monitoring',
      speak(chunks) {
        for (let chunk = 0; chunk < chunks && microphone.state === 'recording'; chunk++) {
          const samples = new Uint8Array(CHUNK_FRAMES * 2);
          clock.nowMs += (CHUNK_FRAMES / options.sampleRate) * 1000;
          const startFrame = said * CHUNK_FRAMES;
          events.onChunk({ samples, frames: CHUNK_FRAMES, startFrame, endedAtMs: clock.nowMs });
          said++;
        }
      },
      unplug() {
        plugged = plugged.filter((name) => name !== (options.deviceId ?? plugged[0]));
        events.onEnded('device_lost');
      },
    };
    return microphone;
  }

  return {
    opened,
    get current() {
      return opened.at(-1)!;
    },
    get live() {
      return opened.filter((microphone) => microphone.state !== 'stopped').length;
    },
    plugIn(name: string, { quietly = false } = {}) {
      plugged.push(name);
      if (quietly) return;
      for (const watcher of watchers) watcher();
    },
    /** It goes without a word: the system hands over another one in its place. */
    takeAway(name: string) {
      plugged = plugged.filter((other) => other !== name);
      for (const watcher of watchers) watcher();
    },
    makeDefault(name: string) {
      plugged = [name, ...plugged.filter((other) => other !== name)];
      for (const watcher of watchers) watcher();
    },
    permit(allowed: boolean) {
      denied = !allowed;
      for (const watcher of watchers) watcher();
    },
    hideNamesUntilOpened() {
      namesHidden = true;
    },
    /** Devices opened from now on answer only when the returned function is called. */
    slowDown() {
      let release = () => {};
      gate = new Promise((resolve) => (release = resolve));
      return () => release();
    },
    async openCapture(options: CaptureOptions, events: CaptureEvents): Promise<Capture> {
      await gate;
      if (denied) throw new LecternError('MICROPHONE_DENIED', 'Expected permission, it was refused');
      const name = plugged.find((candidate) => candidate === options.deviceId) ?? plugged[0];
      if (name === undefined)
        throw new LecternError('MICROPHONE_NOT_FOUND', 'Expected a microphone, found none');
      namesHidden = false;
      const microphone = scripted(options, events);
      opened.push(microphone);
      if (!silent) events.onLevel({ peak: [0.1], rms: [0.1], clipped: false });
      const become = (state: ScriptedMicrophone['state']) => () => void (microphone.state = state);
      return {
        deviceLabel: name,
        deviceId: name,
        followsDefault: options.deviceId === undefined,
        sampleRate: options.sampleRate,
        channels: options.channels,
        start: become('recording'),
        pause: become('held'),
        resume: become('recording'),
        stop: async () => {
          microphone.speak(1);
          microphone.state = 'stopped';
        },
      };
    },
    async listMicrophones(): Promise<readonly Microphone[]> {
      return plugged.map((name, index) => ({
        deviceId: namesHidden ? `hidden-${index}` : name,
        label: namesHidden ? '' : name,
        isDefault: index === 0,
      }));
    },
    onMicrophonesChange(watcher: () => void) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

/** An engine that writes down what reaches it and acknowledges when told to. */
export function createScriptedEngine() {
  const chunks: CaptureChunk[] = [];
  /** Chunks of each track, by its place on the wire. */
  const tracks = [chunks];
  let acknowledged = 0;
  let opening: Promise<void> = Promise.resolve();
  let refusal: LecternError | undefined;
  let events: SessionClientEvents | undefined;
  let standing: RejoinedSession['standing'] | undefined;
  let statusAsked = 0;

  const say = (message: ServerMessage) => events?.onMessage(message);
  const sum = (list: readonly CaptureChunk[]) => list.reduce((frames, chunk) => frames + chunk.frames, 0);
  const started = (part: number): ServerMessageOf<'recording_started'> => ({
    type: 'recording_started',
    session_id: 'session',
    format: 'wav',
    sample_rate: 16_000,
    channels: 1,
    encoding: 'pcm_s16le',
    tracks: ['user'],
    part,
  });
  const stopped = (
    reason?: ServerMessageOf<'recording_stopped'>['reason'],
  ): ServerMessageOf<'recording_stopped'> => ({
    type: 'recording_stopped',
    session_id: 'session',
    part: 1,
    duration_seconds: sum(chunks) / 16_000,
    files: [],
    report: { captured: sum(chunks), expected: sum(chunks), gaps: [], tracks: [] },
    continues: reason === 'split' || reason === 'total_size_limit' || reason === 'duration_limit',
    ...(reason === undefined ? {} : { reason }),
  });

  return {
    chunks,
    tracks,
    say,
    started,
    stopped,
    /** The engine answers a new session only when the returned function is called. */
    delay() {
      let release = () => {};
      opening = new Promise((resolve) => (release = resolve));
      return () => release();
    },
    refuse(error: LecternError) {
      refusal = error;
    },
    acknowledge(count: number) {
      acknowledged = count;
      say({ type: 'ack', track: 'user', seq: count - 1, frames: sum(chunks.slice(0, count)) });
    },
    backlog: (state: 'none' | 'waiting' | 'full', lostSeconds = 0) => events?.onBacklog(state, lostSeconds),
    loseConnection: () => events?.onConnection('lost'),
    get statusAsked() {
      return statusAsked;
    },
    /** How the session stands to whoever comes back. */
    stands(as: RejoinedSession['standing']) {
      standing = as;
    },
    async rejoinSession(
      _: { id: string; sampleRate: number },
      sessionEvents: SessionClientEvents,
    ): Promise<RejoinedSession> {
      if (standing === undefined)
        throw new LecternError('CONNECTION_LOST', 'Expected a session, there is none');
      return { client: await this.openSession(sessionEvents), standing };
    },
    async openSession(sessionEvents: SessionClientEvents): Promise<SessionClient> {
      events = sessionEvents;
      await opening;
      return {
        async start() {
          if (refusal !== undefined) throw refusal;
          say(started(1));
          return started(1);
        },
        askStatus: () => void (statusAsked += 1),
        sendChunk: (chunk, trackIndex = 0) => void (tracks[trackIndex] ??= []).push(chunk),
        pause: async () => {},
        resume: async () => {},
        async marker(label) {
          say({
            type: 'marker_added',
            index: 0,
            position_seconds: sum(chunks) / 16_000,
            label: label ?? 'Marker 1',
          });
        },
        async stop() {
          say(stopped());
          return stopped();
        },
        get unacknowledgedFrames() {
          return sum(chunks.slice(acknowledged));
        },
        get heldChunks() {
          return tracks.flatMap((chunks, trackIndex) =>
            chunks.slice(trackIndex === 0 ? acknowledged : 0).map(({ startFrame, samples }) => ({
              trackIndex,
              startFrame,
              samples: new Uint8Array(samples),
            })),
          );
        },
        outcome: undefined,
        leave() {},
        close() {},
      };
    },
  };
}

/** A browser that remembers at most one recording. */
export function createScriptedMemory() {
  let recording: RememberedRecording | undefined;
  let change = () => {};
  let others = 0;
  return {
    get recording() {
      return recording;
    },
    otherWindowsRecord(count: number) {
      others = count;
    },
    leaveBehind(left: RememberedRecording) {
      recording = left;
    },
    change: () => change(),
    remember: (latest: RememberedRecording) => void (recording = latest),
    forget: () => void (recording = undefined),
    adopt: async () => recording,
    elsewhere: async () => others,
    onChange: (listener: () => void) => void (change = listener),
  } satisfies RecordingMemory & Record<string, unknown>;
}

export function settingsWith(patch: Partial<Settings>): Settings {
  return { ...DEFAULT_SETTINGS, ...patch };
}

/** Lets everything that waits for promises, and for nothing else, run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
