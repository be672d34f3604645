import type { Side } from '../../src-main/contract/audio-format.ts';
import type { CaptureChunk } from '../capture/capture.ts';
import { heldAudio } from '../session/held-audio.ts';
import type { RecordingMemory, RememberedRecording } from '../session/recording-memory.ts';
import type { SessionClient } from '../session/session-client.ts';
import { gapWarning } from './gap-warning.ts';
import type { LiveState } from './live-state.ts';
import { IDLE, type RecordingState } from './recording-state.ts';
import {
  createRecordingTracks,
  type RecordingTracks,
  type RecordingTracksDependencies,
  type TrackPlan,
} from './recording-tracks.ts';
import { createUpkeep } from './recording-upkeep.ts';

export interface RecordingRunDependencies extends Pick<
  RecordingTracksDependencies,
  'sources' | 'clock' | 'after' | 'warnings'
> {
  readonly state: LiveState<RecordingState>;
  readonly memory: RecordingMemory;
  /** The recording is over: the devices serve the level meters again. */
  readonly reopen: () => Promise<void>;
  /** Says that the library has changed. */
  readonly onLibraryChange: () => void;
}

/** This page's recording, if any: its session, its tracks, and the way of their chunks to the session. */
export interface RecordingRun {
  readonly client: SessionClient | undefined;
  readonly tracks: RecordingTracks | undefined;
  /** Begins a new recording of this shape. Clears everything of the last one. */
  begin(shape: Pick<RememberedRecording, 'format' | 'sampleRate' | 'channels'>): void;
  /** Sets its tracks. Nothing is captured before they are started. */
  capture(plans: readonly TrackPlan[], since: RecordingTracksDependencies['since']): RecordingTracks;
  /** Keeps chunks here until the engine is ready, so that the first word is not lost. */
  holdChunks(): void;
  /** Sends the kept chunks, and from now on each chunk at once. */
  sendHeld(): void;
  /** Sets its session with the engine. */
  connect(client: SessionClient): void;
  /** Stores what another page needs to go on with this recording. */
  remember(): void;
  /** Stores it at the next chunk. */
  rememberSoon(): void;
  /** The audio that the engine never wrote, where the engine is gone. */
  rescue(): Pick<RecordingState, 'rescued'>;
  /** Ends the recording on this page, whether the page or the engine ended it. */
  conclude(outcome: Partial<RecordingState>): Promise<void>;
  /** Ends it where this page did not ask for it: there is no session any more for audio that is still in the devices. */
  concludeUnasked(outcome: Partial<RecordingState>): Promise<void>;
}

export function createRecordingRun(deps: RecordingRunDependencies): RecordingRun {
  const { state, memory, warnings } = deps;
  let client: SessionClient | undefined;
  let tracks: RecordingTracks | undefined;
  /** Null once the engine is ready. */
  let early: { readonly track: Side; readonly chunk: CaptureChunk }[] | null = null;
  const upkeep = createUpkeep({ ...deps, client: () => client, tracks: () => tracks });

  const send = (track: Side, chunk: CaptureChunk): void => client?.sendChunk(chunk, tracks?.indexOf(track));

  function onChunk(track: Side, chunk: CaptureChunk, missingFrames: number): void {
    if (early === null) send(track, chunk);
    else early.push({ track, chunk });
    const { sampleRate, labels, frames } = state.current;
    const gap = gapWarning(chunk, missingFrames, sampleRate);
    warnings.noteChunk(track);
    if (gap !== undefined) warnings.add(gap.code, { ...gap, track, subject: labels[track] ?? '' });
    state.change({ frames: Math.max(frames, chunk.startFrame + chunk.frames) });
    upkeep.noteChunk();
  }

  async function conclude(outcome: Partial<RecordingState>): Promise<void> {
    const { sessionId } = state.current;
    if (sessionId !== null) memory.forget(sessionId);
    client?.leave();
    client = undefined;
    early = null;
    tracks?.release();
    tracks = undefined;
    warnings.clear();
    state.change({ ...outcome, phase: 'idle', connection: 'connected' });
    deps.onLibraryChange();
    await deps.reopen();
  }

  return {
    get client() {
      return client;
    },
    get tracks() {
      return tracks;
    },
    begin(shape) {
      warnings.clear();
      state.change(({ elsewhere, rescued }) => ({ ...IDLE, elsewhere, rescued, ...shape }));
      upkeep.begin();
    },
    capture(plans, since) {
      state.change({
        tracks: plans.map(({ track }) => track),
        labels: Object.fromEntries(plans.map(({ track, label }) => [track, label])),
      });
      tracks = createRecordingTracks({
        ...deps,
        plans,
        since,
        isWanted: () => tracks !== undefined && state.current.phase !== 'stopping',
        isPaused: () => state.current.phase === 'paused',
        onChunk,
        onSource(track, { deviceLabel }) {
          state.change(({ labels }) => ({ labels: { ...labels, [track]: deviceLabel } }));
          upkeep.remember();
        },
      });
      return tracks;
    },
    holdChunks() {
      early = [];
    },
    sendHeld() {
      for (const { track, chunk } of early ?? []) send(track, chunk);
      early = null;
    },
    connect(opened) {
      client = opened;
    },
    remember: upkeep.remember,
    rememberSoon: upkeep.rememberSoon,
    rescue() {
      const { tracks: names, sampleRate, channels, sessionId, rescued } = state.current;
      const held = heldAudio(client?.heldChunks ?? [], { tracks: names, sampleRate, channels });
      return { rescued: held.length === 0 ? rescued : { stem: `${sessionId ?? 'recording'}_unsaved`, held } };
    },
    conclude,
    async concludeUnasked(outcome) {
      const ended = client;
      if (ended === undefined) return;
      ended.leave();
      client = undefined;
      await tracks?.close();
      await conclude(ended.outcome === undefined ? outcome : { ...outcome, saved: ended.outcome });
    },
  };
}
