import type { ApiClient } from '../../src-main/contract/api.ts';
import { LecternError } from '../../src-main/contract/errors.ts';
import { chosenProfile, type Settings } from '../../src-main/contract/settings.ts';
import type { SystemAudioObstacle, SystemAudioStatus } from '../../src-main/contract/system-audio.ts';
import type { Capture, CaptureEvents, CaptureShape } from '../capture/capture.ts';
import type { SystemAudioRequest } from '../capture/system-audio.ts';
import type { CaptureSource, CaptureWish, SourceStatus } from './capture-source.ts';
import type { LevelFeed } from './level-feed.ts';
import { createLiveState } from './live-state.ts';
import { createDeviceSlot } from './device-slot.ts';
import { createSilentOutput, type SoundElsewhere } from './silent-output.ts';

/**
 * How the other side's sound is reached here: as a device, or by sharing, which may need a click. `picker` asks what
 * to share; the others ask nothing.
 */
export type OtherSideWay = 'device' | 'display' | 'picker';

export interface OtherSideState {
  /** `checking` until somebody wants this side. */
  readonly status: SourceStatus;
  /** Null until it is known. */
  readonly way: OtherSideWay | null;
  /** Why it is not available; `browser` where only this browser lacks a way. */
  readonly obstacle: SystemAudioObstacle | 'browser' | null;
  /** Set while the recorded output is silent and another output plays. */
  readonly elsewhere: SoundElsewhere | null;
}

export interface OtherSideDependencies {
  readonly api: ApiClient;
  openSystemAudio(request: SystemAudioRequest, shape: CaptureShape, events: CaptureEvents): Promise<Capture>;
  /** True where the browser may give sound with what is shared. */
  canShareAudio(): boolean;
  readonly shell: 'desktop' | 'browser';
  after(milliseconds: number, action: () => void): void;
  readonly levels: LevelFeed;
  readonly settings: () => Settings;
  readonly onChange: (state: OtherSideState) => void;
}

export interface OtherSideSource extends CaptureSource {
  readonly state: OtherSideState;
  /** Checks whether this side is available. Opens nothing. */
  findWay(): Promise<void>;
  /** Opens it, where that needs no question to the user. */
  check(): Promise<void>;
  /** Records another output from now on, by its name in `elsewhere`, without a gap. */
  listenTo(output: string): Promise<void>;
  /** Releases it: nobody wants it any more. */
  release(): Promise<void>;
}

/** How long an output is uneven while it changes from a long buffer to a short one. */
const SETTLES_IN_MS = 2000;

/** The source of what the computer plays: a device of ours, or what the user shared. */
export function createOtherSide(deps: OtherSideDependencies): OtherSideSource {
  const { api } = deps;
  const state = createLiveState<OtherSideState>(
    { status: { kind: 'checking' }, way: null, obstacle: null, elsewhere: null },
    deps.onChange,
  );
  const silentOutput = createSilentOutput({ ...deps, set: (elsewhere) => state.change({ elsewhere }) });
  /** Which of the shell's devices is open. */
  let generation: number | undefined;

  const slot = createDeviceSlot({
    ...deps,
    status: () => state.current.status,
    setStatus: (status) => state.change({ status }),
    openDevice,
    settlesInMs: SETTLES_IN_MS,
    statusOf: (error) =>
      error instanceof LecternError && error.code === 'SYSTEM_AUDIO_NEEDS_CLICK'
        ? { kind: 'permission_needed' }
        : undefined,
  });

  async function findWay(): Promise<void> {
    const answer = await api.call('system_audio.status', {});
    const { way, obstacle }: Pick<SystemAudioStatus, 'way' | 'obstacle'> = answer.ok
      ? answer.value
      : { way: 'none', obstacle: 'not_offered' };
    if (way !== 'none') return state.change({ way, obstacle: null });
    // The desktop's window has no picker of its own.
    if (deps.shell === 'browser' && deps.canShareAudio())
      return state.change({ way: 'picker', obstacle: null });
    const isBrowsers = deps.shell === 'browser' && (obstacle === null || obstacle === 'not_offered');
    state.change({ way: null, obstacle: isBrowsers ? 'browser' : (obstacle ?? 'not_offered') });
  }

  async function openDevice(wish: CaptureWish | undefined, events: CaptureEvents): Promise<Capture> {
    const profile = chosenProfile(deps.settings());
    const shape = {
      sampleRate: wish?.sampleRate ?? profile.sample_rate,
      channels: wish?.channels ?? (profile.channels === 2 ? 2 : 1),
    } as const;
    if (state.current.way === null) await findWay();
    const { way } = state.current;
    if (way === null) throw new LecternError('SYSTEM_AUDIO_UNAVAILABLE', 'Expected a way to record it');
    if (way === 'picker') return deps.openSystemAudio('share', shape, events);
    const opened = await api.call('system_audio.open', {});
    if (!opened.ok) {
      await findWay();
      throw new LecternError(opened.error.code, opened.error.message);
    }
    if (way === 'display') return deps.openSystemAudio('share', shape, events);
    const { device } = opened.value;
    generation = device?.generation;
    const capture = await deps.openSystemAudio({ deviceLabel: device?.label ?? '' }, shape, events);
    silentOutput.start();
    return capture;
  }

  async function isOutdated(): Promise<boolean> {
    if (state.current.way !== 'device') return false;
    const answer = await api.call('system_audio.status', {});
    return answer.ok && answer.value.device?.generation !== generation;
  }

  const close = (): Promise<void> => {
    silentOutput.stop();
    return slot.close();
  };

  return {
    get state() {
      return state.current;
    },
    findWay,
    async listenTo(output) {
      const answer = await api.call('system_audio.open', { output });
      if (answer.ok) state.change({ elsewhere: null });
    },
    async check() {
      if (state.current.way === null) await findWay();
      const { way } = state.current;
      if (way === 'picker') state.change({ status: { kind: 'permission_needed' } });
      else if (way !== null) await slot.open();
    },
    async release() {
      if (state.current.status.kind === 'checking') return;
      await close();
      state.change({ status: { kind: 'checking' } });
      if (state.current.way !== 'picker') await api.call('system_audio.close', {});
    },
    open: slot.open,
    replace: slot.replace,
    close,
    attach: slot.attach,
    // A check must not open a source that needs a click.
    isAvailable: async () => state.current.way === 'device',
    isOutdated,
    get capture() {
      return slot.capture;
    },
  };
}
