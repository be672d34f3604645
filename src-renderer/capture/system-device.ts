import { LecternError } from '../../src-main/contract/errors.ts';
import { type OpenTrack, UNTOUCHED } from './open-track.ts';

/** A new device is listed within a second. */
const LOOKS = 15;
const LOOK_EVERY_MS = 200;

/** Opens the device with this label, which the shell has just set up. */
export async function openSystemDevice(label: string): Promise<OpenTrack> {
  const deviceId = await findDevice(label);
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { ...UNTOUCHED, deviceId: { exact: deviceId } },
    });
    const [track] = stream.getAudioTracks();
    if (track === undefined) throw new Error('no audio track');
    return { track, deviceId, label, followsDefault: false };
  } catch (error) {
    const refused = error instanceof Error && error.name === 'NotAllowedError';
    throw refused
      ? new LecternError('SYSTEM_AUDIO_REFUSED', 'Expected permission to record, it was refused', {
          cause: error,
        })
      : unavailable(error);
  }
}

async function findDevice(label: string): Promise<string> {
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const devices = await navigator.mediaDevices.enumerateDevices();
    const inputs = devices.filter(({ kind }) => kind === 'audioinput');
    const found = inputs.find((device) => device.label === label);
    if (found !== undefined) return found.deviceId;
    // The browser hides names while recording is not allowed.
    if (look === 0 && inputs.every((device) => device.label === '')) await askToRecord();
  }
  throw unavailable();
}

async function askToRecord(): Promise<void> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
  } catch (error) {
    throw new LecternError('SYSTEM_AUDIO_REFUSED', 'Expected permission to record, it was refused', {
      cause: error,
    });
  }
}

function unavailable(cause?: unknown): LecternError {
  return new LecternError(
    'SYSTEM_AUDIO_UNAVAILABLE',
    'Expected the browser to list the device that carries the sound of this computer, it does not. Open Lectern on the computer it runs on',
    { cause },
  );
}
