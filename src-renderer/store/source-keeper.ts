import type { Capture } from '../capture/capture.ts';
import type { Microphone } from '../capture/devices.ts';
import { chooseMicrophone } from './choose-microphone.ts';
import type { LiveWarningCode } from './live-warning.ts';
import type { CaptureWish, MicrophoneController } from './microphone.ts';

export interface SourceKeeperDependencies {
  readonly microphone: MicrophoneController;
  readonly listMicrophones: () => Promise<readonly Microphone[]>;
  readonly wish: CaptureWish;
  /** Name of the microphone the recording has, or had last. */
  readonly label: string;
  readonly after: (milliseconds: number, action: () => void) => void;
  /** The recording runs or is paused, and wants a microphone. */
  readonly isWanted: () => boolean;
  readonly isPaused: () => boolean;
  /** The next chunks come from another capture. */
  readonly onInterrupted: () => void;
  readonly onSource: (capture: Capture) => void;
  readonly warn: (code: LiveWarningCode, subject?: string) => void;
  readonly endWarnings: (...codes: readonly LiveWarningCode[]) => void;
}

/** Keeps one recording supplied with a microphone, whatever happens to the one it has. */
export interface SourceKeeper {
  /** Opens the wished microphone, or else the default one; without any, goes on trying. */
  acquire(): Promise<void>;
  /** The microphone is gone. */
  lost(): Promise<void>;
  /** Microphones may have come or gone: goes back to the wished one, follows the default one, leaves a vanished one. */
  look(): Promise<void>;
}

/** Not every system tells of new devices; without a microphone nothing but a look can find one. */
const RETRY_MS = 2000;

export function createSourceKeeper(deps: SourceKeeperDependencies): SourceKeeper {
  const { microphone, wish, warn } = deps;
  let { label } = deps;
  let attempts = 0;
  let switching = false;

  function goOnWith(capture: Capture): void {
    deps.onInterrupted();
    capture.start();
    if (deps.isPaused()) capture.pause();
    deps.endWarnings('device_lost', 'permission_lost', 'no_data', 'muted', 'zeros', 'silence');
    if (label !== '' && capture.deviceLabel !== label) warn('device_switched', capture.deviceLabel);
    label = capture.deviceLabel;
    deps.onSource(capture);
  }

  async function acquire(): Promise<void> {
    const attempt = ++attempts;
    const capture = await microphone.open(wish);
    if (!deps.isWanted()) return;
    if (attempt !== attempts) return;
    if (capture !== undefined) return goOnWith(capture);
    const { status } = microphone.store.getState();
    const denied = status.kind === 'failed' && status.error.code === 'MICROPHONE_DENIED';
    if (denied) deps.endWarnings('device_lost');
    warn(denied ? 'permission_lost' : 'device_lost', label === '' ? undefined : label);
    deps.after(RETRY_MS, () => void retry(attempt));
  }

  async function retry(attempt: number): Promise<void> {
    if (attempt !== attempts || !deps.isWanted() || microphone.capture !== undefined) return;
    const { status } = microphone.store.getState();
    // Someone who refuses must not be asked every two seconds: the browser tells when the answer changes.
    if (status.kind === 'failed' && status.error.code === 'MICROPHONE_DENIED') return;
    if ((await deps.listMicrophones()).length > 0) return acquire();
    deps.after(RETRY_MS, () => void retry(attempt));
  }

  async function replace(): Promise<void> {
    if (switching) return;
    switching = true;
    try {
      const capture = await microphone.replace(wish);
      if (capture !== undefined && deps.isWanted()) goOnWith(capture);
    } finally {
      switching = false;
    }
  }

  return {
    acquire,
    async lost() {
      deps.onInterrupted();
      warn('device_lost', label);
      await acquire();
    },
    async look() {
      if (!deps.isWanted()) return;
      const { capture } = microphone;
      if (capture === undefined) return acquire();
      const available = await deps.listMicrophones();
      if (microphone.capture === capture && isOutdated(capture, wish, available)) await replace();
    },
  };
}

/** Whether another microphone than the one in use is the right one by now. */
function isOutdated(capture: Capture, wish: CaptureWish, available: readonly Microphone[]): boolean {
  if (available.length === 0) return false;
  const { deviceId } = chooseMicrophone(wish.microphone, available);
  if (deviceId !== undefined) return deviceId !== capture.deviceId;
  const systems = available.find(({ isDefault }) => isDefault);
  if (systems !== undefined) return systems.deviceId !== capture.deviceId;
  // The system does not say which its default is by now, so the name it had is no longer sure.
  if (capture.followsDefault) return capture.deviceId !== 'default';
  return !available.some(({ deviceId: id }) => id === capture.deviceId);
}
