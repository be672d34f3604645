import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import type { SystemAudioStatus } from '../contract/system-audio.ts';
import type { SystemAudio } from '../recorder.ts';
import type { Log } from '../runtime/log.ts';
import { createPactl, type Environment, type LinuxObstacle, OBSTACLE_WORDS } from './pactl.ts';
import { createPulseDevice } from './pulse-device.ts';
import { outputOf, playingElsewhere } from './pulse-outputs.ts';
import { readPulseState } from './pulse-state.ts';

export interface SystemAudioOptions {
  readonly platform: NodeJS.Platform;
  readonly environment: Environment;
  readonly log: Log;
  /** Of this process. */
  readonly pid: number;
  readonly isAlive: (pid: number) => boolean;
  readonly idleMs?: number;
}

/** System audio, where it comes as a device: Linux with PulseAudio or PipeWire. */
export function createSystemAudio(options: SystemAudioOptions): SystemAudio | undefined {
  return options.platform === 'linux' ? createLinuxSystemAudio(options) : undefined;
}

function createLinuxSystemAudio(options: SystemAudioOptions): SystemAudio {
  const { environment, log } = options;
  const pactl = createPactl(environment);
  const device = createPulseDevice({ ...options, pactl });

  const status = async (): Promise<SystemAudioStatus> => {
    const state = await readPulseState(pactl).catch(obstacleOf);
    const listened = typeof state === 'string' ? undefined : device.listenedOf(state);
    if (device.device === null && listened === undefined)
      return statusWithout(typeof state === 'string' ? state : 'no_output');
    return {
      way: 'device',
      obstacle: null,
      message: 'The sound of the default output can be recorded',
      device: device.device,
      ...(listened === undefined ? {} : { output: outputOf(listened) }),
      ...(typeof state === 'string' ? {} : { playing_elsewhere: [...playingElsewhere(state, listened)] }),
    };
  };

  // A request would start a sound server where there is none.
  if (hasSoundServer(environment))
    device.removeStale().catch((error: unknown) => {
      log('info', 'Earlier system audio devices were not looked for', { reason: obstacleOf(error) });
    });

  return {
    handlers: {
      'system_audio.status': status,
      'system_audio.open': async ({ output }) => {
        await device.open(output);
        return status();
      },
      'system_audio.close': async () => {
        await device.release();
        return status();
      },
    },
    close: () =>
      device.remove().catch((error: unknown) => {
        log('warn', 'The system audio device could not be removed', { error });
      }),
  };
}

function statusWithout(obstacle: LinuxObstacle): SystemAudioStatus {
  return { way: 'none', obstacle, message: OBSTACLE_WORDS[obstacle], device: null };
}

function obstacleOf(error: unknown): LinuxObstacle {
  const named = error instanceof LecternError ? error.details?.['obstacle'] : undefined;
  return named === 'program_missing' || named === 'no_output' ? named : 'no_sound_server';
}

/** True where a sound server is running, found in the way its clients find it. */
function hasSoundServer({ PULSE_SERVER, PULSE_RUNTIME_PATH, XDG_RUNTIME_DIR }: Environment): boolean {
  if (PULSE_SERVER !== undefined) return true;
  const folder =
    PULSE_RUNTIME_PATH ?? (XDG_RUNTIME_DIR === undefined ? undefined : join(XDG_RUNTIME_DIR, 'pulse'));
  return folder !== undefined && existsSync(join(folder, 'native'));
}
