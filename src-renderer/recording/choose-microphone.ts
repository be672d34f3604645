import type { Settings } from '../../src-main/contract/settings.ts';
import type { Capture } from '../capture/capture.ts';
import { findMicrophone, type Microphone } from '../capture/devices.ts';

export interface MicrophoneChoice {
  /** Absent means the system's default. */
  readonly deviceId?: string;
  /** The remembered microphone's name, where it is not connected. */
  readonly missing?: string;
}

/** What to open for the remembered microphone, given those there are. */
export function chooseMicrophone(
  remembered: Settings['microphone'],
  available: readonly Microphone[],
): MicrophoneChoice {
  if (remembered === null) return {};
  const found = findMicrophone(available, remembered);
  return found === undefined ? { missing: remembered.label } : { deviceId: found.deviceId };
}

/** Whether another microphone than the one in use is the right one by now. */
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
  // The system does not say which its default is by now, so the name it had is no longer sure.
  if (capture.followsDefault) return capture.deviceId !== 'default';
  return !available.some(({ deviceId: id }) => id === capture.deviceId);
}
