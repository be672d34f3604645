import { LecternError } from '../../src-main/contract/errors.ts';
import { type OpenTrack, UNTOUCHED } from './open-track.ts';

/** Options of browsers that give sound with a picture, beyond the standard. */
interface ShareOptions extends DisplayMediaStreamOptions {
  readonly systemAudio: 'include';
  readonly windowAudio: 'system';
  readonly surfaceSwitching: 'exclude';
}

const OPTIONS: ShareOptions = {
  audio: UNTOUCHED,
  // Browsers give no sound without a picture.
  video: true,
  systemAudio: 'include',
  windowAudio: 'system',
  surfaceSwitching: 'exclude',
};

/** True where sharing a screen or a tab may bring its sound. */
export function canShareAudio(): boolean {
  if (!('mediaDevices' in navigator) || !('getDisplayMedia' in navigator.mediaDevices)) return false;
  // Only browsers that capture the sound of tabs have this option to silence one meanwhile.
  return 'suppressLocalAudioPlayback' in navigator.mediaDevices.getSupportedConstraints();
}

/** Asks the user to share a screen or a tab, and keeps only its sound. */
export async function shareSystemAudio(): Promise<OpenTrack> {
  const stream = await navigator.mediaDevices.getDisplayMedia(OPTIONS).catch((error: unknown) => {
    throw shareError(error);
  });
  for (const picture of stream.getVideoTracks()) {
    picture.stop();
    stream.removeTrack(picture);
  }
  const [track] = stream.getAudioTracks();
  if (track === undefined)
    throw new LecternError(
      'SYSTEM_AUDIO_NOT_SHARED',
      'Expected sound with what was shared, got a picture alone. Share again with audio',
    );
  return { track, deviceId: track.getSettings().deviceId ?? '', label: track.label, followsDefault: false };
}

function shareError(cause: unknown): LecternError {
  const name = cause instanceof Error ? cause.name : typeof cause;
  if (name === 'InvalidStateError')
    return new LecternError('SYSTEM_AUDIO_NEEDS_CLICK', 'Expected a click, which the browser asks for', {
      cause,
    });
  if (name === 'NotAllowedError' || name === 'AbortError')
    return new LecternError('SYSTEM_AUDIO_REFUSED', 'Expected something to be shared, it was refused', {
      cause,
    });
  return new LecternError(
    'SYSTEM_AUDIO_UNAVAILABLE',
    `Expected the sound of this computer, got ${name}. Try another browser`,
    { cause },
  );
}
