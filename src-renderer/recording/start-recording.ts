import type { Side } from '../../src-main/contract/audio-format.ts';
import { toWireError } from '../../src-main/contract/errors.ts';
import { chosenProfile, type Settings } from '../../src-main/contract/settings.ts';
import type { SessionClient, SessionClientEvents } from '../session/session-client.ts';
import type { SessionConnector } from '../session/session-connector.ts';
import type { AwakeClock } from './awake-clock.ts';
import type { LiveState } from './live-state.ts';
import type { RecordingRun } from './recording-run.ts';
import type { RecordingState } from './recording-state.ts';
import type { Sources, TrackPlan } from './recording-tracks.ts';

export interface StartDependencies {
  readonly sessions: SessionConnector;
  readonly sources: Sources;
  /** The sides of a recording that begins now. The first one's device counts its time. */
  readonly sides: () => readonly Side[];
  readonly settings: () => Settings;
  readonly clock: AwakeClock;
  readonly onLibraryChange: () => void;
  readonly state: LiveState<RecordingState>;
  readonly run: RecordingRun;
  readonly events: SessionClientEvents;
}

const BEGINNING = { frame: 0, heldFrames: 0, cause: 'missing_chunks' } as const;

/**
 * Returns a function that begins a recording. It opens the devices first and the session second, so that the first
 * word is captured.
 */
export function createStart(deps: StartDependencies): (title: string) => Promise<void> {
  const { sources, state, run } = deps;
  const isIdle = () => state.current.phase === 'idle';

  async function startSession(options: Parameters<SessionClient['start']>[0]): Promise<void> {
    const opened = await deps.sessions.openSession(deps.events);
    run.connect(opened);
    const started = await opened.start(options);
    run.sendHeld();
    state.change({ phase: 'recording', sessionId: started.session_id, part: started.part });
    run.remember();
    deps.onLibraryChange();
  }

  /** Opens the devices that are not open yet. The click on Record allows questions to the user. */
  async function openMissing(sides: readonly Side[]): Promise<void> {
    for (const track of sides) if (sources[track].capture === undefined) await sources[track].open();
  }

  return async (title) => {
    const sides = deps.sides();
    const devices = () => sides.map((track) => sources[track].capture);
    // Does not wait where all is ready, so that the first word is captured.
    if (isIdle() && devices().includes(undefined)) await openMissing(sides);
    const [device, ...others] = devices();
    if (!isIdle() || device === undefined || others.includes(undefined)) return;
    const settings = deps.settings();
    const shape = { sampleRate: device.sampleRate, channels: device.channels };
    run.begin({ format: chosenProfile(settings).format, ...shape });
    state.change({ phase: 'starting' });
    run.holdChunks();
    const plans = sides.map((track): TrackPlan => ({
      track,
      label: sources[track].capture?.deviceLabel ?? '',
      wish: { ...shape, microphone: settings.microphone },
      start: BEGINNING,
    }));
    const tracks = run.capture(plans, { pressedAtMs: deps.clock.now() });
    tracks.begin();
    try {
      await startSession(startOptions(settings, { ...shape, tracks: sides, title: title.trim() }));
    } catch (error) {
      await tracks.close();
      await run.conclude({ problem: toWireError(error) });
    }
  };
}

/** The `start` message for these settings and sides. */
function startOptions(
  settings: Settings,
  captured: Pick<RecordingState, 'sampleRate' | 'channels' | 'tracks'> & { readonly title: string },
): Parameters<SessionClient['start']>[0] {
  const profile = chosenProfile(settings);
  const { split_minutes, split_megabytes } = settings;
  return {
    profile: profile.name,
    format: profile.format,
    sample_rate: captured.sampleRate,
    channels: captured.channels,
    encoding: 'pcm_s16le',
    tracks: [...captured.tracks],
    framing: 'headed',
    gain: profile.gain,
    on_limit: 'continue',
    ...(split_minutes === null ? {} : { split_minutes }),
    ...(split_megabytes === null ? {} : { split_megabytes }),
    ...(captured.title === '' ? {} : { title: captured.title }),
  };
}
