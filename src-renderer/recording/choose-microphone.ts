import type { Settings } from '../../src-main/contract/settings.ts';
import type { Capture } from '../capture/capture.ts';
import { findMicrophone, type Microphone } from '../capture/devices.ts';

export interface MicrophoneChoice {
  /** Absent means the system's default. */
  readonly deviceId?: string;
  /** The remembered microphone's name, where it is not connected. */
  readonly missing?: string;
}

/** Chooses the device for the remembered microphone, from those that are there. */
export function chooseMicrophone(
  remembered: Settings['microphone'],
  available: readonly Microphone[],
): MicrophoneChoice {
  if (remembered === null) return {};
  const found = findMicrophone(available, remembered);
  return found === undefined ? { missing: remembered.label } : { deviceId: found.deviceId };
}

/** True where another microphone should be used than the present one. */
export function isOutdated(
  capture: Pick<Capture, 'deviceId' | 'followsDefault'>,
  remembered: Settings['microphone'],
  available: readonly Microphone[],
): boolean {
  if (available.length === 0) return false;
  const { deviceId } = chooseMicrophone(remembered, available);
  if (deviceId !== undefined) return deviceId !== capture.deviceId;
  const systems = available.find(({ isDefault }) => isDefault);
  if (systems !== undefined) return systems.deviceId !== capture.deviceId;
  // The system does not say which microphone is its default now, so the name may be out of date.
  if (capture.followsDefault) return capture.deviceId !== 'default';
  return !available.some(({ deviceId: id }) => id === capture.deviceId);
}
