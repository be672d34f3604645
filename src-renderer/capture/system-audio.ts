import { LecternError } from '../../src-main/contract/errors.ts';
import { captureTrack, type Capture, type CaptureEvents, type CaptureShape } from './capture.ts';
import { openSystemDevice } from './system-device.ts';
import { shareSystemAudio } from './system-share.ts';

/** `device`: opened by its label, without a question. `share`: whatever the system or the browser then gives. */
export type SystemAudioRequest = { readonly deviceLabel: string } | 'share';

/**
 * Opens the sound that the computer plays. Levels begin at once, chunks at `start`. Rejects with
 * SYSTEM_AUDIO_UNAVAILABLE, SYSTEM_AUDIO_REFUSED, SYSTEM_AUDIO_NOT_SHARED or SYSTEM_AUDIO_NEEDS_CLICK.
 */
export async function openSystemAudio(
  request: SystemAudioRequest,
  shape: CaptureShape,
  events: CaptureEvents,
): Promise<Capture> {
  const opened = request === 'share' ? await shareSystemAudio() : await openSystemDevice(request.deviceLabel);
  try {
    return await captureTrack(opened, shape, events);
  } catch (error) {
    opened.track.stop();
    throw error instanceof LecternError
      ? error
      : new LecternError('SYSTEM_AUDIO_UNAVAILABLE', 'Expected the sound of the computer to start', {
          cause: error,
        });
  }
}
