import type { GapCause } from '../../src-main/contract/capture-report.ts';
import type { Capture } from '../capture/capture.ts';
import type { CaptureSource, CaptureWish } from './capture-source.ts';
import type { LiveWarningCode } from './live-warning.ts';

export interface SourceKeeperDependencies {
  readonly source: CaptureSource;
  readonly wish: CaptureWish;
  /** Name of the track's present or last device. */
  readonly label: string;
  /** Milliseconds of the clock on the wall. */
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => void;
  /** True while the recording runs or is paused, and needs a device. */
  readonly isWanted: () => boolean;
  readonly isPaused: () => boolean;
  /** Called when the next chunks come from another capture. */
  readonly onInterrupted: (cause: GapCause) => void;
  readonly onSource: (capture: Capture) => void;
  readonly warn: (code: LiveWarningCode, subject?: string) => void;
  readonly endWarnings: (...codes: readonly LiveWarningCode[]) => void;
}

/** Keeps one track of a recording supplied with a device, also when its device fails. */
export interface SourceKeeper {
  /** Opens the wanted device, or else the default one. Retries while there is none. */
  acquire(): Promise<void>;
  /** Handles the loss of the device. */
  lost(): Promise<void>;
  /** Devices may have changed: goes back to the wanted device, follows the default, or leaves a device that is gone. */
  checkDevice(): Promise<void>;
}

/** Some systems send no notice of new devices, so only a check finds them. */
const RETRY_MS = 2000;

export function createSourceKeeper(deps: SourceKeeperDependencies): SourceKeeper {
  const { source, wish, warn } = deps;
  let { label } = deps;
  let attempts = 0;
  let switching = false;
  let checking = false;

  function switchTo(capture: Capture, cause: GapCause): void {
    deps.onInterrupted(cause);
    capture.start();
    if (deps.isPaused()) capture.pause(deps.now());
    deps.endWarnings('device_lost', 'permission_lost', 'no_data', 'muted', 'zeros', 'silence');
    if (label !== '' && capture.deviceLabel !== label) warn('device_switched', capture.deviceLabel);
    label = capture.deviceLabel;
    deps.onSource(capture);
  }

  async function acquire(): Promise<void> {
    const attempt = ++attempts;
    const capture = await source.open(wish);
    if (!deps.isWanted()) return;
    if (attempt !== attempts) return;
    if (capture !== undefined) return switchTo(capture, 'device_lost');
    const { status } = source.state;
    const denied = status.kind === 'failed' && status.error.code === 'MICROPHONE_DENIED';
    if (denied) {
      deps.endWarnings('device_lost');
      deps.onInterrupted('permission_lost');
    }
    warn(denied ? 'permission_lost' : 'device_lost', label === '' ? undefined : label);
    deps.after(RETRY_MS, () => void retry(attempt));
  }

  async function retry(attempt: number): Promise<void> {
    if (attempt !== attempts || !deps.isWanted() || source.capture !== undefined) return;
    if (await source.isAvailable()) return acquire();
    deps.after(RETRY_MS, () => void retry(attempt));
  }

  async function replace(): Promise<void> {
    if (switching) return;
    switching = true;
    try {
      const capture = await source.replace(wish);
      if (capture !== undefined && deps.isWanted()) switchTo(capture, 'device_switched');
    } finally {
      switching = false;
    }
  }

  return {
    acquire,
    async lost() {
      deps.onInterrupted('device_lost');
      warn('device_lost', label);
      await acquire();
    },
    async checkDevice() {
      if (!deps.isWanted()) return;
      const { capture } = source;
      if (capture === undefined) return acquire();
      if (checking) return;
      checking = true;
      const outdated = await source.isOutdated(capture, wish).finally(() => {
        checking = false;
      });
      if (outdated && source.capture === capture) await replace();
    },
  };
}
