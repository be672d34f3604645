import type { ApiHandlers, ApiName } from '../contract/api.ts';
import { LecternError } from '../contract/errors.ts';
import type { SystemAudioObstacle, SystemAudioStatus } from '../contract/system-audio.ts';

export type SystemAudioHandlers = Pick<ApiHandlers, Extract<ApiName, `system_audio.${string}`>>;

/** The answers of a shell that cannot capture system audio. */
export function noSystemAudio(obstacle: SystemAudioObstacle, message: string): SystemAudioHandlers {
  const status = (): SystemAudioStatus => ({ way: 'none', obstacle, message, device: null });
  return {
    'system_audio.status': status,
    'system_audio.open': () => {
      throw new LecternError('SYSTEM_AUDIO_UNAVAILABLE', message, { details: { obstacle } });
    },
    'system_audio.close': status,
  };
}
