import { createStore, type StoreApi } from 'zustand/vanilla';
import { LecternError, toWireError } from '../../src-main/contract/errors.ts';
import { chosenProfile, type Settings } from '../../src-main/contract/settings.ts';
import type { Capture, CaptureEvents, CaptureOptions } from '../capture/capture.ts';
import type { Microphone } from '../capture/devices.ts';
import type { CaptureListener, CaptureSource, CaptureWish, SourceStatus } from './capture-source.ts';
import { chooseMicrophone, isOutdated } from './choose-microphone.ts';
import type { LevelFeed } from './level-feed.ts';

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
}

export interface MicrophoneController extends CaptureSource {
  readonly store: StoreApi<MicrophoneState>;
  /** Looks whether a microphone may be opened, and opens it; asks for permission only where it was given before. */
  check(): Promise<void>;
}

/** One that delivers nothing for so long may be recorded all the same: the engine tells of it. */
const LONGEST_WARM_UP_MS = 3000;
const NEXT_LOOK_MS = 2000;

export function createMicrophone(deps: MicrophoneDependencies): MicrophoneController {
  const store = createStore<MicrophoneState>(() => ({
    status: { kind: 'checking' },
    available: [],
    missing: null,
  }));
  let capture: Capture | undefined;
  let listener: CaptureListener | null = null;
  /** Sound has come since a microphone was last opened. */
  let delivers = false;
  /** A look for one is due. */
  let awaiting = false;
  // Settings may change faster than a device opens: only the latest call may keep what it opened.
  let latest = 0;

  const fail = (error: unknown) => {
    store.setState({ status: { kind: 'failed', error: toWireError(error) } });
    awaitOne();
  };

  const isMissing = (): boolean => {
    const { status } = store.getState();
    return listener === null && status.kind === 'failed' && status.error.code === 'MICROPHONE_NOT_FOUND';
  };

  /** Looks for a microphone until there is one: not every system tells of new devices. */
  function awaitOne(): void {
    if (awaiting || !isMissing()) return;
    awaiting = true;
    deps.after(NEXT_LOOK_MS, () => void look());
  }

  async function look(): Promise<void> {
    const found = isMissing() && (await deps.listMicrophones()).length > 0;
    awaiting = false;
    if (found && isMissing()) await check();
    else awaitOne();
  }

  async function close(): Promise<void> {
    const closing = capture;
    capture = undefined;
    await closing?.stop();
  }

  // The last chunk of a microphone that is being closed still counts.
  const events: CaptureEvents = {
    onChunk: (chunk) => listener?.onChunk(chunk),
    onLevel: (level) => {
      delivers = true;
      if (capture !== undefined && store.getState().status.kind === 'opening') beReady(capture);
      deps.levels.publish(level);
      listener?.onLevel(level);
    },
    onEnded: (reason) => {
      if (listener !== null) listener.onEnded(reason);
      else if (reason === 'device_lost') void open();
    },
  };

  async function openChosen(wish?: CaptureWish): Promise<Capture> {
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
    store.setState({ available: listed });
    const before = chooseMicrophone(wanted, listed);
    const opened = await openWith(before.deviceId);
    // Names are hidden until a microphone was opened once; only now can the remembered one be found by its name.
    const available = await deps.listMicrophones();
    const choice = chooseMicrophone(wanted, available);
    store.setState({ available, missing: choice.missing ?? null });
    if (choice.deviceId === undefined || choice.deviceId === before.deviceId) return opened;
    await opened.stop();
    return openWith(choice.deviceId);
  }

  /** A device that has been opened may take a second to deliver, and words spoken in that second would be lost. */
  function beReady(opened: Capture): void {
    if (capture !== opened) return;
    const { deviceId, deviceLabel: label, channels } = opened;
    store.setState({ status: { kind: 'ready', deviceId, label, channels } });
  }

  async function keep(opened: Capture, turn: number): Promise<Capture | undefined> {
    if (turn !== latest) {
      await opened.stop();
      return undefined;
    }
    capture = opened;
    if (delivers) beReady(opened);
    else deps.after(LONGEST_WARM_UP_MS, () => beReady(opened));
    return opened;
  }

  async function replace(wish: CaptureWish): Promise<Capture | undefined> {
    const turn = ++latest;
    const opened = await openChosen(wish).catch(() => undefined);
    if (opened === undefined) return undefined;
    if (turn === latest) await close();
    return keep(opened, turn);
  }

  async function open(wish?: CaptureWish): Promise<Capture | undefined> {
    const turn = ++latest;
    store.setState({ status: { kind: 'opening' } });
    try {
      await close();
      delivers = false;
      return await keep(await openChosen(wish), turn);
    } catch (error) {
      if (turn === latest) fail(error);
      return undefined;
    }
  }

  async function check(): Promise<void> {
    try {
      const permission = await deps.microphonePermission();
      // Asking again would only flicker: the browser remembers its answer until the user changes it.
      if (permission === 'denied')
        return fail(
          new LecternError('MICROPHONE_DENIED', 'Expected permission to use the microphone, it was refused'),
        );
      if (permission === 'prompt') {
        const available = await deps.listMicrophones();
        // Without any microphone the question would be answered by an error: open, and show that error.
        if (available.length > 0) return store.setState({ available, status: { kind: 'permission_needed' } });
      }
      await open();
    } catch (error) {
      fail(error);
    }
  }

  async function onDevicesChange(): Promise<void> {
    if (listener !== null) return listener.onDevicesChange();
    const { status } = store.getState();
    if (status.kind === 'failed') return check();
    if (status.kind !== 'ready') return;
    const available = await deps.listMicrophones();
    const choice = chooseMicrophone(deps.settings().microphone, available);
    store.setState({ available, missing: choice.missing ?? null });
    if (choice.deviceId !== undefined && choice.deviceId !== status.deviceId) await open();
  }
  deps.onMicrophonesChange(() => void onDevicesChange());

  return {
    store,
    check,
    open,
    replace,
    close,
    async isThere() {
      const { status } = store.getState();
      // Someone who refuses must not be asked every two seconds: the browser tells when the answer changes.
      if (status.kind === 'failed' && status.error.code === 'MICROPHONE_DENIED') return false;
      return (await deps.listMicrophones()).length > 0;
    },
    isOutdated: async (opened, wish) => isOutdated(opened, wish.microphone, await deps.listMicrophones()),
    get capture() {
      return capture;
    },
    attach(next) {
      listener = next;
    },
  };
}
