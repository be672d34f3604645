import { LecternError } from '../contract/errors.ts';
import type { SystemAudioObstacle } from '../contract/system-audio.ts';
import { runProgram } from '../runtime/run-program.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Runs pactl with these arguments. Rejects with SYSTEM_AUDIO_UNAVAILABLE; the error's details give the obstacle. */
export type Pactl = (...args: readonly string[]) => Promise<string>;

/** A working sound server answers within a few milliseconds. */
const LIMIT_MS = 3000;
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

export function createPactl(environment: Environment): Pactl {
  return async (...args) => {
    const run = await runProgram('pactl', args, {
      ...{ env: inEnglish(environment), timeoutMs: LIMIT_MS, maxOutputBytes: MAX_OUTPUT_BYTES },
    }).catch((error: unknown) => {
      throw unavailable('no_sound_server', error);
    });
    const { error, exitCode, stopped } = run;
    if (error !== undefined && 'code' in error && error.code === 'ENOENT')
      throw unavailable('program_missing', error);
    if (error !== undefined || stopped !== undefined || exitCode !== 0)
      throw unavailable('no_sound_server', error ?? new Error(run.words));
    return run.stdout.toString('utf8');
  };
}

/** Without this pactl translates its output. */
export function inEnglish(environment: Environment): NodeJS.ProcessEnv {
  return { ...environment, LC_ALL: 'C' };
}

export const OBSTACLE_WORDS = {
  program_missing: 'Expected the program pactl, found none. Install the package pulseaudio-utils',
  no_sound_server: 'Expected PulseAudio or PipeWire to answer, neither does. Start one of them',
  no_output: 'Expected an output that sound is played on, found none. Connect one',
} as const satisfies Partial<Record<SystemAudioObstacle, string>>;

/** The reasons why system audio may be unavailable on Linux. */
export type LinuxObstacle = keyof typeof OBSTACLE_WORDS;

export function unavailable(obstacle: LinuxObstacle, cause?: unknown): LecternError {
  return new LecternError('SYSTEM_AUDIO_UNAVAILABLE', OBSTACLE_WORDS[obstacle], {
    cause,
    details: { obstacle },
  });
}
