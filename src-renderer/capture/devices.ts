import { SYSTEM_AUDIO_LABEL } from '../../src-main/contract/system-audio.ts';

export interface Microphone {
  readonly deviceId: string;
  /** Empty until the user has allowed the microphone once. */
  readonly label: string;
  readonly isDefault: boolean;
}

// Chromium lists the system's defaults a second time under these ids.
const ALIASES = new Set(['default', 'communications']);

/** The microphones there are, each once. Labels may be empty before permission is given. */
export async function listMicrophones(): Promise<readonly Microphone[]> {
  if (!('mediaDevices' in navigator)) return [];
  const devices = await navigator.mediaDevices.enumerateDevices();
  const recordable = devices.filter((device) => device.kind === 'audioinput');
  const inputs = recordable.filter((device) => !device.label.startsWith(SYSTEM_AUDIO_LABEL));
  const alias = inputs.find((device) => device.deviceId === 'default');
  const real = inputs.filter((device) => !ALIASES.has(device.deviceId));
  // The system's default may be the sound that the computer plays: that is no microphone.
  const listed = real.length > 0 ? real : inputs.length < recordable.length ? [] : inputs;
  const byName = alias && listed.find((device) => device.label !== '' && alias.label.endsWith(device.label));
  const byGroup = alias && listed.find((device) => device.groupId === alias.groupId);
  // PulseAudio calls its default only "Default". With several microphones, nobody knows which one it is.
  const chosen = byName ?? byGroup ?? (listed.length === 1 ? listed[0] : undefined);
  return listed.map((device) => ({
    deviceId: device.deviceId,
    label: device.label,
    isDefault: device === chosen,
  }));
}

/** The microphone that the user chose last: by id, or by name where ids have changed. */
export function findMicrophone(
  microphones: readonly Microphone[],
  remembered: { readonly device_id: string; readonly label: string },
): Microphone | undefined {
  const byId = microphones.find((microphone) => microphone.deviceId === remembered.device_id);
  if (byId !== undefined || remembered.label === '') return byId;
  return microphones.find((microphone) => microphone.label === remembered.label);
}

/** Calls `listener` when a device was added, removed or allowed. Returns a function that stops this. */
export function onMicrophonesChange(listener: () => void): () => void {
  if (!('mediaDevices' in navigator)) return () => {};
  const stopping = new AbortController();
  const { signal } = stopping;
  navigator.mediaDevices.addEventListener('devicechange', listener, { signal });
  navigator.permissions
    .query({ name: 'microphone' })
    .then((status) => status.addEventListener('change', listener, { signal }))
    // This browser has no notice of changed permissions.
    .catch(() => {});
  return () => stopping.abort();
}

/** The user's answer about the microphone so far; `prompt` where the browser does not say. */
export async function microphonePermission(): Promise<'granted' | 'denied' | 'prompt'> {
  try {
    const status = await navigator.permissions.query({ name: 'microphone' });
    return status.state;
  } catch {
    return 'prompt';
  }
}
