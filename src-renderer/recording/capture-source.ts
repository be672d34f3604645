import type { WireError } from '../../src-main/contract/errors.ts';
import type { Settings } from '../../src-main/contract/settings.ts';
import type { Capture, CaptureEvents } from '../capture/capture.ts';

export interface ReadySource {
  readonly kind: 'ready';
  readonly deviceId: string;
  readonly label: string;
  readonly channels: 1 | 2;
}

export type SourceStatus =
  | { readonly kind: 'checking' | 'permission_needed' }
  /**
   * `before`: the source that was ready and is being opened again. The screen keeps showing it until the new one is
   * ready.
   */
  | { readonly kind: 'opening'; readonly before?: ReadySource }
  | ReadySource
  | { readonly kind: 'failed'; readonly error: WireError };

/** The source that is ready, or that was ready and is being opened again. */
export function readySource(status: SourceStatus): ReadySource | undefined {
  if (status.kind === 'ready') return status;
  return status.kind === 'opening' ? status.before : undefined;
}

/** The device that a running recording wants, whatever the settings say now. */
export interface CaptureWish {
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly microphone: Settings['microphone'];
}

/** A recording's callbacks for the source of one of its tracks. */
export interface CaptureListener extends CaptureEvents {
  /** Devices were added, removed or allowed. */
  onDevicesChange(): void;
}

/** The source of one side's sound: at most one device at a time, open for the meter or for a recording. */
export interface CaptureSource {
  readonly state: { readonly status: SourceStatus };
  /** Opens the device again, asking for permission if needed. Resolves to undefined where it failed. */
  open(wish?: CaptureWish): Promise<Capture | undefined>;
  /** Like open, but releases the present device only once the new one delivers. Undefined where there is none. */
  replace(wish: CaptureWish): Promise<Capture | undefined>;
  /** True where there is a device that can be opened without asking the user. */
  isAvailable(): Promise<boolean>;
  /** True where another device should be used than the present one. */
  isOutdated(capture: Capture, wish: CaptureWish): Promise<boolean>;
  readonly capture: Capture | undefined;
  /** Sends chunks and endings to `listener` from now on; null gives the device back to the level meter. */
  attach(listener: CaptureListener | null): void;
  close(): Promise<void>;
}
