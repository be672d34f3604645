import { LecternError } from '../../src-main/contract/errors.ts';
import { chosenProfile, type Settings } from '../../src-main/contract/settings.ts';
import type { Capture, CaptureEvents, CaptureOptions } from '../capture/capture.ts';
import type { Microphone } from '../capture/devices.ts';
import type { CaptureSource, CaptureWish, SourceStatus } from './capture-source.ts';
import { chooseMicrophone, isOutdated } from './choose-microphone.ts';
import type { LevelFeed } from './level-feed.ts';
import { createLiveState } from './live-state.ts';
import { createDeviceSlot } from './device-slot.ts';

export interface MicrophoneState {
  readonly status: SourceStatus;
  readonly available: readonly Microphone[];
  /** The remembered microphone's name, where another one stands in for it. */
  readonly missing: string | null;
}

export interface MicrophoneDependencies {
  openCapture(options: CaptureOptions, events: CaptureEvents): Promise<Capture>;
  listMicrophones(): Promise<readonly Microphone[]>;
  onMicrophonesChange(listener: () => void): () => void;
  microphonePermission(): Promise<'granted' | 'denied' | 'prompt'>;
  after(milliseconds: number, action: () => void): void;
  readonly levels: LevelFeed;
  readonly settings: () => Settings;
  readonly onChange: (state: MicrophoneState) => void;
}

export interface MicrophoneSource extends CaptureSource {
  readonly state: MicrophoneState;
  /** Checks whether a microphone may be opened, and opens it. Asks for permission only if it was given before. */
  check(): Promise<void>;
  /** Releases it: nobody wants it any more. */
  release(): Promise<void>;
}

const SEARCH_INTERVAL_MS = 2000;

export function createMicrophone(deps: MicrophoneDependencies): MicrophoneSource {
  const state = createLiveState<MicrophoneState>(
    { status: { kind: 'checking' }, available: [], missing: null },
    deps.onChange,
  );
  /** True while a search is scheduled. */
  let isSearchDue = false;
  const slot = createDeviceSlot({
    ...deps,
    status: () => state.current.status,
    setStatus(status) {
      state.change({ status });
      awaitMicrophone();
    },
    openDevice: openChosen,
  });
  const { open, fail } = slot;

  const isMissing = (): boolean => {
    const { status } = state.current;
    return !slot.isRecorded && status.kind === 'failed' && status.error.code === 'MICROPHONE_NOT_FOUND';
  };

  /** Searches until there is a microphone: some systems send no notice of new devices. */
  function awaitMicrophone(): void {
    if (isSearchDue || !isMissing()) return;
    isSearchDue = true;
    deps.after(SEARCH_INTERVAL_MS, () => void search());
  }

  async function search(): Promise<void> {
    const found = isMissing() && (await deps.listMicrophones()).length > 0;
    isSearchDue = false;
    if (found && isMissing()) await check();
    else awaitMicrophone();
  }

  async function openChosen(wish: CaptureWish | undefined, events: CaptureEvents): Promise<Capture> {
    const settings = deps.settings();
    const profile = chosenProfile(settings);
    const wanted = wish === undefined ? settings.microphone : wish.microphone;
    const openWith = (deviceId: string | undefined) =>
      deps.openCapture(
        {
          ...(deviceId === undefined ? {} : { deviceId }),
          sampleRate: wish?.sampleRate ?? profile.sample_rate,
          channels: wish?.channels ?? (profile.channels === 2 ? 2 : 1),
          echoCancellation: settings.echo_cancellation,
          noiseSuppression: settings.noise_suppression,
          autoGainControl: settings.auto_gain_control,
        },
        events,
      );
    const listed = await deps.listMicrophones();
    // Shown even where opening fails: another one may work.
    state.change({ available: listed });
    const before = chooseMicrophone(wanted, listed);
    const opened = await openWith(before.deviceId);
    // Names are hidden until a microphone has been opened. Only now can the remembered one be found by its name.
    const available = await deps.listMicrophones();
    const choice = chooseMicrophone(wanted, available);
    state.change({ available, missing: choice.missing ?? null });
    if (choice.deviceId === undefined || choice.deviceId === before.deviceId) return opened;
    await opened.stop();
    return openWith(choice.deviceId);
  }

  async function check(): Promise<void> {
    try {
      const permission = await deps.microphonePermission();
      // A second question would only flicker: the browser remembers the answer until the user changes it.
      if (permission === 'denied')
        return fail(
          new LecternError('MICROPHONE_DENIED', 'Expected permission to use the microphone, it was refused'),
        );
      if (permission === 'prompt') {
        const available = await deps.listMicrophones();
        // Without any microphone, asking would only give an error: open, and show that error.
        if (available.length > 0) return state.change({ available, status: { kind: 'permission_needed' } });
      }
      await open();
    } catch (error) {
      fail(error);
    }
  }

  async function onDevicesChange(): Promise<void> {
    if (slot.announceDevices()) return;
    const { status } = state.current;
    if (status.kind === 'failed') return check();
    if (status.kind !== 'ready') return;
    const available = await deps.listMicrophones();
    const choice = chooseMicrophone(deps.settings().microphone, available);
    state.change({ available, missing: choice.missing ?? null });
    if (choice.deviceId !== undefined && choice.deviceId !== status.deviceId) await open();
  }
  deps.onMicrophonesChange(() => void onDevicesChange());

  return {
    get state() {
      return state.current;
    },
    check,
    open,
    async release() {
      await slot.close();
      state.change({ status: { kind: 'checking' } });
    },
    replace: slot.replace,
    close: slot.close,
    attach: slot.attach,
    async isAvailable() {
      const { status } = state.current;
      // A user who refused must not be asked every two seconds. The browser sends a notice when the answer changes.
      if (status.kind === 'failed' && status.error.code === 'MICROPHONE_DENIED') return false;
      return (await deps.listMicrophones()).length > 0;
    },
    isOutdated: async (opened, wish) => isOutdated(opened, wish.microphone, await deps.listMicrophones()),
    get capture() {
      return slot.capture;
    },
  };
}
