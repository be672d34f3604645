import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Track } from '../../src-main/contract/audio-format.ts';
import { type Result, toWireError, type WireError } from '../../src-main/contract/errors.ts';
import type { ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';
import { chosenProfile, type Settings } from '../../src-main/contract/settings.ts';
import type { CaptureChunk } from '../capture/capture.ts';
import { heldAudio } from '../session/held-audio.ts';
import type { RecordingMemory, RememberedRecording } from '../session/recording-memory.ts';
import type { SessionClient, SessionClientEvents } from '../session/session-client.ts';
import type { SessionConnector } from '../session/session-connector.ts';
import type { AwakeClock } from './awake-clock.ts';
import { createEngineMessageHandler, createLateMessageHandler } from './engine-messages.ts';
import { gapWarning } from './gap-warning.ts';
import { IDLE, isRunning, type RecordingState } from './recording-state.ts';
import {
  createRecordingTracks,
  type RecordingTracks,
  type RecordingTracksDependencies,
  type Sources,
  type TrackPlan,
} from './recording-tracks.ts';
import { createRecordingWarnings } from './recording-warnings.ts';
import { goesOn, lastMarkerOf, rememberedSources, savedFromRecord } from './session-standing.ts';

export interface RecorderDependencies {
  readonly sessions: SessionConnector;
  readonly findSession: (id: string) => Promise<Result<SessionRecord>>;
  readonly memory: RecordingMemory;
  readonly sources: Sources;
  /** Which sides a recording that begins now has; the first one's device counts its time. */
  readonly sides: () => readonly Track[];
  /** The recording is over: the devices serve the level meters again. */
  readonly reopen: () => Promise<void>;
  readonly settings: () => Settings;
  readonly clock: AwakeClock;
  readonly after: (milliseconds: number, action: () => void) => void;
  /** The library has something new to show. */
  readonly onLibraryChange: () => void;
}

export interface RecorderController {
  readonly store: StoreApi<RecordingState>;
  start(title: string): Promise<void>;
  /** Goes on with a recording that a page left behind, or shows how it ended. Says whether one goes on. */
  rejoin(): Promise<boolean>;
  togglePause(): Promise<void>;
  addMarker(label: string): Promise<void>;
  stop(): Promise<void>;
  /** Somebody has made sure that this side's device can be opened again, or asks for it now. */
  reacquire(track: Track): void;
  dismissWarning(): void;
  dismissOutcome(): void;
  dismissRescued(): void;
}

/** The room on the disk changes slowly. Asked when a chunk comes, since timers of a hidden page may sleep. */
const STATUS_INTERVAL_MS = 30_000;
const FIRST_STATUS_MS = 1000;
/** The other side's device may be exchanged for another one, and nobody tells. */
const OTHER_SIDE_INTERVAL_MS = 1000;
/** The clocks of sound and wall drift apart by nothing worth mentioning meanwhile. */
const REMEMBER_INTERVAL_MS = 2000;

export function createRecorder(deps: RecorderDependencies): RecorderController {
  const { sources, memory, clock } = deps;
  const store = createStore<RecordingState>(() => IDLE);
  const warnings = createRecordingWarnings(store);
  let client: SessionClient | undefined;
  let tracks: RecordingTracks | undefined;
  /** Captured before the engine was ready, so that the first word is not lost; null once it is. */
  let early: { readonly track: Track; readonly chunk: CaptureChunk }[] | null = null;
  let statusDueMs = 0;
  let otherSideDueMs = 0;
  let rememberDueMs = 0;

  const phase = () => store.getState().phase;

  /** Ends the recording on this side, whoever ended it. */
  async function conclude(outcome: Partial<RecordingState>): Promise<void> {
    const { sessionId } = store.getState();
    if (sessionId !== null) memory.forget(sessionId);
    client?.leave();
    client = undefined;
    early = null;
    tracks?.release();
    tracks = undefined;
    warnings.clear();
    store.setState({ ...outcome, phase: 'idle', connection: 'connected' });
    deps.onLibraryChange();
    await deps.reopen();
  }

  /** What the engine never wrote, now that it is gone. */
  function rescue(): Pick<RecordingState, 'rescued'> {
    const { tracks: names, sampleRate, channels, sessionId, rescued } = store.getState();
    const held = heldAudio(client?.heldChunks ?? [], { tracks: names, sampleRate, channels });
    return { rescued: held.length === 0 ? rescued : { stem: `${sessionId ?? 'recording'}_unsaved`, held } };
  }

  async function concludeUnasked(outcome: Partial<RecordingState>): Promise<void> {
    const ended = client;
    if (ended === undefined) return;
    ended.leave();
    client = undefined;
    await tracks?.close();
    await conclude(ended.outcome === undefined ? outcome : { ...outcome, saved: ended.outcome });
  }

  function send(track: Track, chunk: CaptureChunk): void {
    client?.sendChunk(chunk, tracks?.indexOf(track));
  }

  function onChunk(track: Track, chunk: CaptureChunk, missingFrames: number): void {
    if (early === null) send(track, chunk);
    else early.push({ track, chunk });
    const { sampleRate, labels, frames } = store.getState();
    const gap = gapWarning(chunk, missingFrames, sampleRate);
    warnings.noteChunk(track);
    if (gap !== undefined) warnings.add(gap.code, { ...gap, track, subject: labels[track] ?? '' });
    store.setState({ frames: Math.max(frames, chunk.startFrame + chunk.frames) });
    if (clock.now() >= statusDueMs) look();
    else if (clock.now() >= otherSideDueMs) lookAtOtherSide();
    if (clock.now() >= rememberDueMs) remember();
  }

  /** Looks after what nobody tells: the room on the disk, and devices that came or went. */
  function look(): void {
    statusDueMs = clock.now() + STATUS_INTERVAL_MS;
    otherSideDueMs = clock.now() + OTHER_SIDE_INTERVAL_MS;
    client?.askStatus();
    tracks?.look();
  }

  function lookAtOtherSide(): void {
    otherSideDueMs = clock.now() + OTHER_SIDE_INTERVAL_MS;
    for (const track of tracks?.each ?? []) if (track.track === 'assistant') track.look();
  }

  function capture(
    plans: readonly TrackPlan[],
    since: RecordingTracksDependencies['since'],
  ): RecordingTracks {
    store.setState({
      tracks: plans.map(({ track }) => track),
      labels: Object.fromEntries(plans.map(({ track, label }) => [track, label])),
    });
    return createRecordingTracks({
      sources,
      plans,
      since,
      clock,
      warnings,
      after: deps.after,
      isWanted: () => tracks !== undefined && phase() !== 'stopping',
      isPaused: () => phase() === 'paused',
      onChunk,
      onSource(track, { deviceLabel }) {
        store.setState(({ labels }) => ({ labels: { ...labels, [track]: deviceLabel } }));
        remember();
      },
    });
  }

  /** Writes down what another page needs to go on with this recording. */
  function remember(): void {
    const { sessionId, format, sampleRate, channels } = store.getState();
    if (tracks === undefined) return;
    rememberDueMs = clock.now() + REMEMBER_INTERVAL_MS;
    if (sessionId === null) return;
    memory.remember({ sessionId, format, sampleRate, channels, sources: rememberedSources(tracks) });
  }

  const onMessage = createEngineMessageHandler({
    store,
    unacknowledgedFrames: () => client?.unacknowledgedFrames ?? 0,
    warn: (code, about) => warnings.add(code, about),
    onStopped: (saved) => void concludeUnasked({ saved }),
    onTakenOver: (problem) => void concludeUnasked({ problem }),
    onLibraryChange: deps.onLibraryChange,
    onNoSound: () => tracks?.look(),
    onDiskLow: () => client?.askStatus(),
  });

  /** Says that the disk does not take the audio, and what that has cost once it does again. */
  function onBacklog(backlog: 'none' | 'waiting' | 'full', lostSeconds: number): void {
    const full = warnings.find('memory_full');
    warnings.end('disk_waiting', 'memory_full');
    const { framesOnDisk, sampleRate } = store.getState();
    if (backlog === 'waiting') warnings.add('disk_waiting', { atSeconds: framesOnDisk / sampleRate });
    if (backlog === 'full') warnings.add('memory_full');
    if (lostSeconds > 0 && full !== undefined)
      warnings.add('gap', { atSeconds: full.atSeconds, missingSeconds: lostSeconds });
  }

  const events: SessionClientEvents = {
    onMessage,
    onLate: createLateMessageHandler({ store, onLibraryChange: deps.onLibraryChange }),
    onBacklog,
    onConnection(connection) {
      store.setState({ connection });
      if (connection === 'lost' && phase() !== 'stopping')
        void concludeUnasked({ problem: LOST, ...rescue() });
    },
  };

  function begin(shape: Pick<RememberedRecording, 'format' | 'sampleRate' | 'channels'>): void {
    warnings.clear();
    store.setState(({ elsewhere, rescued }) => ({ ...IDLE, elsewhere, rescued, ...shape }));
    statusDueMs = clock.now() + FIRST_STATUS_MS;
    otherSideDueMs = 0;
  }

  async function startSession(
    title: string,
    shape: Pick<RecordingState, 'sampleRate' | 'channels'>,
  ): Promise<void> {
    const settings = deps.settings();
    const profile = chosenProfile(settings);
    const opened = await deps.sessions.openSession(events);
    client = opened;
    const started = await opened.start({
      profile: profile.name,
      format: profile.format,
      sample_rate: shape.sampleRate,
      channels: shape.channels,
      encoding: 'pcm_s16le',
      tracks: [...store.getState().tracks],
      framing: 'headed',
      gain: profile.gain,
      on_limit: 'continue',
      ...(settings.split_minutes === null ? {} : { split_minutes: settings.split_minutes }),
      ...(settings.split_megabytes === null ? {} : { split_megabytes: settings.split_megabytes }),
      ...(title.trim() === '' ? {} : { title: title.trim() }),
    });
    for (const { track, chunk } of early ?? []) send(track, chunk);
    early = null;
    store.setState({ phase: 'recording', sessionId: started.session_id, part: started.part });
    remember();
    deps.onLibraryChange();
  }

  /** Opens what is not open yet. What has to be asked for is asked for now, by the click on Record. */
  async function openMissing(sides: readonly Track[]): Promise<void> {
    for (const track of sides) if (sources[track].capture === undefined) await sources[track].open();
  }

  async function start(title: string): Promise<void> {
    const sides = deps.sides();
    const devices = () => sides.map((track) => sources[track].capture);
    // Not awaited where all is ready: the first word is not to be missed.
    if (phase() === 'idle' && devices().includes(undefined)) await openMissing(sides);
    const [device, ...others] = devices();
    if (phase() !== 'idle' || device === undefined || others.includes(undefined)) return;
    const { microphone } = deps.settings();
    const { format } = chosenProfile(deps.settings());
    const shape = { sampleRate: device.sampleRate, channels: device.channels };
    begin({ format, ...shape });
    store.setState({ phase: 'starting' });
    early = [];
    const plans = sides.map((track): TrackPlan => ({
      track,
      label: sources[track].capture?.deviceLabel ?? '',
      wish: { ...shape, microphone },
      start: BEGINNING,
    }));
    tracks = capture(plans, { pressedAtMs: clock.now() });
    tracks.begin();
    try {
      await startSession(title, shape);
    } catch (error) {
      await tracks.close();
      await conclude({ problem: toWireError(error) });
    }
  }

  async function rejoin(): Promise<boolean> {
    if (phase() !== 'idle') return false;
    const left = await memory.adopt();
    store.setState({ elsewhere: await memory.elsewhere() });
    if (left === undefined) return false;
    // Record was pressed meanwhile: what was left behind is finalised by itself.
    if (phase() !== 'idle') {
      memory.forget(left.sessionId);
      return false;
    }
    const known = await deps.findSession(left.sessionId);
    if (known.ok && known.value.status === 'recording') return takeUp(left, known.value);
    memory.forget(left.sessionId);
    // What a crash cut off is news of its own.
    if (known.ok && known.value.recovered === null)
      store.setState({ saved: savedFromRecord(known.value), sampleRate: left.sampleRate });
    return false;
  }

  async function takeUp(left: RememberedRecording, record: SessionRecord): Promise<boolean> {
    const { sessionId, sampleRate, channels, format } = left;
    begin({ format, sampleRate, channels });
    store.setState({
      phase: 'rejoining',
      sessionId,
      tracks: left.sources.map(({ track }) => track),
      labels: Object.fromEntries(left.sources.map(({ track, label }) => [track, label])),
      lastMarker: lastMarkerOf(record),
    });
    try {
      const joined = await deps.sessions.rejoinSession({ id: sessionId, sampleRate }, events);
      client = joined.client;
      if (joined.standing.type === 'status') goOn(joined.standing, left);
      else await conclude({ saved: joined.standing });
    } catch (error) {
      const ended = await deps.findSession(sessionId);
      if (ended.ok && ended.value.status !== 'recording')
        await conclude({ saved: savedFromRecord(ended.value) });
      else await conclude({ problem: toWireError(error) });
    }
    return true;
  }

  function goOn(standing: ServerMessageOf<'status'>, left: RememberedRecording): void {
    // Being finalised; recording_stopped follows.
    if (standing.state === 'finalising') return;
    const { plans, reading } = goesOn(standing, left, clock.now());
    const frames = Math.max(0, ...plans.map(({ start: { heldFrames } }) => heldFrames));
    store.setState({
      phase: standing.state === 'paused' ? 'paused' : 'recording',
      part: standing.part,
      frames,
      framesOnDisk: frames,
      diskMinutesLeft: standing.disk_minutes_left,
    });
    warnings.add('rejoined');
    tracks = capture(plans, { reading });
    tracks.acquire();
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
      tracks?.pause();
      remember();
      await ask((running) => running.pause());
    } else if (phase() === 'paused') {
      if (!(await ask((running) => running.resume())) || phase() !== 'paused') return;
      store.setState({ phase: 'recording' });
      // From the next chunk on, time can be told again.
      rememberDueMs = 0;
      tracks?.resume();
    }
  }

  async function stop(): Promise<void> {
    const running = client;
    if (running === undefined || !isRunning(phase())) return;
    for (const track of tracks?.each ?? []) track.end();
    store.setState({ phase: 'stopping' });
    try {
      await tracks?.close();
      await conclude({ saved: await running.stop() });
    } catch (error) {
      await conclude({ problem: toWireError(error), ...rescue() });
    }
  }

  memory.onChange(() => void rejoin());
  return {
    store,
    start,
    rejoin,
    togglePause,
    stop,
    reacquire(track) {
      tracks?.each.find((candidate) => candidate.track === track)?.acquire();
    },
    dismissWarning() {
      const { warning } = store.getState();
      if (warning !== null) warnings.end(warning.code);
    },
    async addMarker(label) {
      if (!isRunning(phase())) return;
      const trimmed = label.trim();
      await ask((running) => running.marker(trimmed === '' ? undefined : trimmed));
    },
    dismissOutcome() {
      store.setState({ saved: null, problem: null });
    },
    dismissRescued() {
      store.setState({ rescued: null });
    },
  };
}

const BEGINNING = { frame: 0, heldFrames: 0, cause: 'missing_chunks' } as const;

const LOST: WireError = { code: 'CONNECTION_LOST', message: 'The engine did not answer for 30 seconds.' };
