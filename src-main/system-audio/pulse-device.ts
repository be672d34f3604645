import { LecternError } from '../contract/errors.ts';
import type { Log } from '../runtime/log.ts';
import { type Environment, type Pactl, unavailable } from './pactl.ts';
import { deviceLabel, moduleArguments, sourceName } from './pulse-names.ts';
import { type ChosenOutput, validChoice, wantedSink } from './pulse-outputs.ts';
import { type PulseState, readPulseState, type Sink } from './pulse-state.ts';
import { watchServer } from './watch-server.ts';

export interface PulseDeviceOptions {
  readonly pactl: Pactl;
  readonly environment: Environment;
  readonly pid: number;
  readonly isAlive: (pid: number) => boolean;
  readonly log: Log;
  /** How long an unused device is kept. */
  readonly idleMs?: number;
}

/** The device that carries system audio. There is one at a time; calls are handled in order. */
export interface PulseDevice {
  /**
   * Loads the device, or keeps an existing one. Rejects with SYSTEM_AUDIO_UNAVAILABLE.
   * @param output the name of an output to capture instead of the default one; INVALID_INPUT where there is none of
   * that name
   */
  open(output?: string): Promise<void>;
  /** The output that is, or would be, captured. */
  listenedOf(state: PulseState): Sink | undefined;
  /** Removes the device as soon as nobody records from it. */
  release(): Promise<void>;
  /** Removes the device, even while somebody records from it. */
  remove(): Promise<void>;
  /** Removes the devices that dead processes have left behind. */
  removeStale(): Promise<void>;
  /** The current device, and its number among all so far. */
  readonly device: { readonly label: string; readonly generation: number } | null;
}

/** A page that closes its device to open it again, for example at another rate, does so within a second. */
const IDLE_MS = 30_000;

export function createPulseDevice(options: PulseDeviceOptions): PulseDevice {
  const { pactl, pid, log } = options;
  const label = deviceLabel(pid);
  const idleMs = options.idleMs ?? IDLE_MS;
  let wanted = false;
  let chosen: ChosenOutput | undefined;
  let module: number | undefined;
  let generation = 0;
  let stopWatching: (() => void) | undefined;
  let idleTimer: NodeJS.Timeout | undefined;
  let failing = false;
  let turn: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const done = turn.then(task);
    turn = done.catch(() => undefined);
    return done;
  };

  const unload = async (index: number): Promise<void> => {
    await pactl('unload-module', String(index));
  };

  const load = async (monitor: string): Promise<void> => {
    const answer = await pactl('load-module', ...moduleArguments(pid, monitor));
    module = Number(answer.trim());
    generation += 1;
  };

  /** Moves the device to the currently wanted output; loads it again where it is gone. */
  const follow = async (state: PulseState): Promise<void> => {
    chosen = validChoice(state, chosen);
    const monitor = wantedSink(state, chosen)?.monitor;
    if (monitor === undefined) throw unavailable('no_output');
    if (module === undefined) return load(monitor.name);
    const feed = state.outputs.find((output) => output.module === module);
    if (feed !== undefined && feed.source !== monitor.source) {
      await pactl('move-source-output', String(feed.index), monitor.name);
      log('info', 'System audio follows the output', { monitor: monitor.name });
    }
  };

  const hasListeners = ({ sources, outputs }: PulseState): boolean => {
    const source = sources.get(sourceName(pid));
    return source !== undefined && outputs.some((output) => output.source === source);
  };

  const stop = (): void => {
    stopWatching?.();
    stopWatching = undefined;
    clearTimeout(idleTimer);
    idleTimer = undefined;
  };

  const takeDown = async (): Promise<void> => {
    stop();
    const loaded = module;
    module = undefined;
    if (loaded !== undefined) await unload(loaded);
  };

  /** A page may leave without notice; its device is removed once it has been unused for a while. */
  const noteListeners = (listened: boolean): void => {
    if (listened) {
      clearTimeout(idleTimer);
      idleTimer = undefined;
      return;
    }
    idleTimer ??= setTimeout(() => {
      idleTimer = undefined;
      wanted = false;
      look();
    }, idleMs).unref();
  };

  /** Brings the sound server to the wanted state, whatever has changed there. */
  const settle = async (): Promise<void> => {
    const state = await readPulseState(pactl);
    const ours = state.devices.find((device) => device.pid === pid);
    if (module !== undefined && ours?.module !== module) module = undefined;
    const listened = module !== undefined && hasListeners(state);
    if (!wanted && !listened) return takeDown();
    await follow(state);
    noteListeners(listened);
  };

  const look = (): void => {
    inTurn(settle).then(
      () => {
        failing = false;
      },
      (error: unknown) => {
        // Logged once, however often a missing server is tried.
        if (!failing) log('warn', 'System audio could not be kept up', { error });
        failing = true;
      },
    );
  };

  return {
    open: (output) =>
      inTurn(async () => {
        if (output !== undefined) {
          const { sinks, defaultSink } = await readPulseState(pactl);
          if (!sinks.some(({ name }) => name === output))
            throw new LecternError(
              'INVALID_INPUT',
              `Expected the name of an output (${sinks.map(({ name }) => name).join(', ')}), got ${JSON.stringify(output)}`,
            );
          chosen = { name: output, whenDefault: defaultSink };
        }
        wanted = true;
        try {
          await settle();
        } catch (error) {
          wanted = module !== undefined;
          throw error;
        }
        stopWatching ??= watchServer(options.environment, look);
      }),
    listenedOf: (state) => wantedSink(state, chosen),
    release: () =>
      inTurn(async () => {
        wanted = false;
        chosen = undefined;
        if (module !== undefined) await settle();
        else stop();
      }),
    remove: () =>
      inTurn(async () => {
        wanted = false;
        await takeDown();
      }),
    removeStale: () =>
      inTurn(async () => {
        const { devices, isLocal } = await readPulseState(pactl);
        // This process has only begun: a device with its number belongs to an earlier process that had the same number.
        const stale = devices.filter(
          (device) => device.pid === pid || (isLocal && !options.isAlive(device.pid)),
        );
        for (const { module: index } of stale) if (index !== module) await unload(index);
        if (stale.length > 0)
          log('info', 'Removed system audio devices of earlier runs', { count: stale.length });
      }),
    get device() {
      return module === undefined ? null : { label, generation };
    },
  };
}
