import { LecternError } from '../../src-main/contract/errors.ts';
import { captureError } from './capture-errors.ts';
import { listMicrophones } from './devices.ts';
import { type OpenTrack, UNTOUCHED } from './open-track.ts';

export interface MicrophoneOptions {
  /** The wanted microphone. The system's default is opened where it is gone or not named. */
  deviceId?: string;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
}

/** Opens the wanted device, or the system's default where the device is gone. */
export async function openMicrophone(options: MicrophoneOptions): Promise<OpenTrack> {
  if (!('mediaDevices' in navigator))
    throw new LecternError(
      'CAPTURE_UNSUPPORTED',
      'Expected a page that may use microphones, this one may not. Open it over https or from 127.0.0.1',
    );
  const stream = await requestStream(options).catch((error: unknown) => {
    throw captureError(error);
  });
  const track = stream.getAudioTracks()[0];
  if (track === undefined)
    throw new LecternError('MICROPHONE_NOT_FOUND', 'Expected an audio track, the browser gave none');
  return { track, ...(await nameDevice(track)) };
}

async function nameDevice(track: MediaStreamTrack): Promise<Omit<OpenTrack, 'track'>> {
  const deviceId = track.getSettings().deviceId ?? '';
  const microphones = await listMicrophones();
  const found =
    microphones.find((microphone) => microphone.deviceId === deviceId) ??
    microphones.find((microphone) => deviceId === 'default' && microphone.isDefault);
  return {
    deviceId: found?.deviceId ?? deviceId,
    label: found?.label || track.label,
    followsDefault: deviceId === 'default',
  };
}

async function requestStream(options: MicrophoneOptions): Promise<MediaStream> {
  const common: MediaTrackConstraints = {
    ...UNTOUCHED,
    echoCancellation: options.echoCancellation,
    noiseSuppression: options.noiseSuppression,
    autoGainControl: options.autoGainControl,
  };
  const { deviceId } = options;
  if (deviceId === undefined || deviceId === '')
    return navigator.mediaDevices.getUserMedia({ audio: common });
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { ...common, deviceId: { exact: deviceId } } });
  } catch (error) {
    const isGone =
      error instanceof Error && (error.name === 'OverconstrainedError' || error.name === 'NotFoundError');
    if (!isGone) throw error;
    return navigator.mediaDevices.getUserMedia({ audio: common });
  }
}
