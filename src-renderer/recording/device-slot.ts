import { toWireError } from '../../src-main/contract/errors.ts';
import type { Capture, CaptureEvents } from '../capture/capture.ts';
import {
  readySource,
  type CaptureListener,
  type CaptureSource,
  type CaptureWish,
  type SourceStatus,
} from './capture-source.ts';
import type { LevelFeed } from './level-feed.ts';

export interface DeviceSlotOptions {
  readonly status: () => SourceStatus;
  readonly setStatus: (status: SourceStatus) => void;
  /** Opens the device that should be used now. */
  readonly openDevice: (wish: CaptureWish | undefined, events: CaptureEvents) => Promise<Capture>;
  /** The status for an error that is no failure, such as a source that is not available. */
  readonly statusOf?: (error: unknown) => SourceStatus | undefined;
  /** How long a new device may deliver unevenly. */
  readonly settlesInMs?: number;
  readonly levels: LevelFeed;
  readonly after: (milliseconds: number, action: () => void) => void;
}

/** The common part of all sources: one device at a time, for the meter or for a recording. */
export type DeviceSlot = Pick<CaptureSource, 'open' | 'replace' | 'capture' | 'attach' | 'close'> & {
  readonly isRecorded: boolean;
  /** Tells a running recording that devices have changed. Returns whether there is one. */
  announceDevices(): boolean;
  fail(error: unknown): void;
};

/** After this time a silent device counts as ready. The engine warns about it if it is recorded. */
const LONGEST_WARM_UP_MS = 3000;

export function createDeviceSlot(options: DeviceSlotOptions): DeviceSlot {
  const { setStatus, openDevice, levels, after } = options;
  let capture: Capture | undefined;
  let listener: CaptureListener | null = null;
  /** True once the device that was opened last has delivered sound. */
  let delivers = false;
  // Settings may change faster than a device opens: only the latest call may keep what it opened.
  let latest = 0;

  const fail = (error: unknown) => {
    setStatus(options.statusOf?.(error) ?? { kind: 'failed', error: toWireError(error) });
  };

  async function releaseDevice(): Promise<void> {
    const closing = capture;
    capture = undefined;
    await closing?.stop();
  }

  /** A device that is still being opened is closed too. */
  function close(): Promise<void> {
    latest += 1;
    return releaseDevice();
  }

  // A device that is being closed may still deliver its last chunk.
  const events: CaptureEvents = {
    onChunk: (chunk) => listener?.onChunk(chunk),
    onLevel: (level) => {
      const isFirst = !delivers;
      delivers = true;
      if (capture !== undefined && isFirst) settle(capture);
      levels.publish(level);
      listener?.onLevel(level);
    },
    onEnded: (reason) => {
      if (listener !== null) listener.onEnded(reason);
      else if (reason === 'device_lost') void open();
    },
  };

  /**
   * A new device may need a second before it delivers. Words spoken in that second would be lost, so it is ready only
   * then.
   */
  function becomeReady(opened: Capture): void {
    if (capture !== opened) return;
    const { deviceId, deviceLabel: label, channels } = opened;
    setStatus({ kind: 'ready', deviceId, label, channels });
  }

  function settle(opened: Capture): void {
    if (options.settlesInMs === undefined) becomeReady(opened);
    else after(options.settlesInMs, () => becomeReady(opened));
  }

  async function keep(opened: Capture, turn: number): Promise<Capture | undefined> {
    if (turn !== latest) {
      await opened.stop();
      return undefined;
    }
    capture = opened;
    if (delivers) settle(opened);
    else after(LONGEST_WARM_UP_MS, () => becomeReady(opened));
    return opened;
  }

  async function replace(wish: CaptureWish): Promise<Capture | undefined> {
    const turn = ++latest;
    const delivering = Promise.withResolvers<undefined>();
    const onLevel: CaptureEvents['onLevel'] = (level) => {
      delivering.resolve(undefined);
      events.onLevel(level);
    };
    const opened = await openDevice(wish, { ...events, onLevel }).catch(() => undefined);
    if (opened === undefined) return undefined;
    // The present device records until the new one delivers.
    after(LONGEST_WARM_UP_MS, () => delivering.resolve(undefined));
    await delivering.promise;
    if (turn === latest) await releaseDevice();
    return keep(opened, turn);
  }

  async function open(wish?: CaptureWish): Promise<Capture | undefined> {
    const turn = ++latest;
    const before = readySource(options.status());
    setStatus(before === undefined ? { kind: 'opening' } : { kind: 'opening', before });
    try {
      await releaseDevice();
      delivers = false;
      return await keep(await openDevice(wish, events), turn);
    } catch (error) {
      if (turn === latest) fail(error);
      return undefined;
    }
  }

  return {
    open,
    replace,
    close,
    fail,
    get capture() {
      return capture;
    },
    attach(next) {
      listener = next;
    },
    get isRecorded() {
      return listener !== null;
    },
    announceDevices() {
      listener?.onDevicesChange();
      return listener !== null;
    },
  };
}
