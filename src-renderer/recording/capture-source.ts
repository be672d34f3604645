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
  /** `before`: what was ready, and is opened anew; the screen keeps its shape until the new one is. */
  | { readonly kind: 'opening'; readonly before?: ReadySource }
  | ReadySource
  | { readonly kind: 'failed'; readonly error: WireError };

/** What is ready, or was until it is opened anew. */
export function readySource(status: SourceStatus): ReadySource | undefined {
  if (status.kind === 'ready') return status;
  return status.kind === 'opening' ? status.before : undefined;
}

/** What a recording that runs asks for, whatever the settings say by now. */
export interface CaptureWish {
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly microphone: Settings['microphone'];
}

/** What a recording hears of the source of one of its tracks. */
export interface CaptureListener extends CaptureEvents {
  /** Devices have come, gone or been allowed. */
  onDevicesChange(): void;
}

/** Where one side's sound comes from: at most one device at a time, open for the meter or for a recording. */
export interface CaptureSource {
  readonly state: { readonly status: SourceStatus };
  /** Opens the device anew, asking for permission if need be. Resolves to nothing where it failed. */
  open(wish?: CaptureWish): Promise<Capture | undefined>;
  /** As open, but lets go of the device in use only once the other one delivers; nothing where there is none. */
  replace(wish: CaptureWish): Promise<Capture | undefined>;
  /** There is something to open, for which nobody need be asked. */
  isAvailable(): Promise<boolean>;
  /** Another device than the one in use is the right one by now. */
  isOutdated(capture: Capture, wish: CaptureWish): Promise<boolean>;
  readonly capture: Capture | undefined;
  /** From now on chunks and endings go to `listener`; null hands the device back to the level meter. */
  attach(listener: CaptureListener | null): void;
  close(): Promise<void>;
}
