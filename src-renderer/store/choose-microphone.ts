import type { Settings } from '../../src-main/contract/settings.ts';
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
