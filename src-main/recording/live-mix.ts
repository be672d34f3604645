import type { CuePoint } from '../files/cue-chunks.ts';
import type { Log } from '../runtime/log.ts';
import { buildMix, withFinishedSources } from './build-mix.ts';
import type { Delivery } from './delivery.ts';
import { openMixOutput, type FinishedMix, type MixOutput, type MixOutputOptions } from './mix-output.ts';
import { createMixRun, type MixRun } from './mix-run.ts';
import type { MixSource } from './mix-source.ts';

export interface LiveMixOptions extends MixOutputOptions {
  readonly sessionId: string;
  /** Both sides' masters, while they grow. */
  readonly sources: readonly MixSource[];
  readonly log: Log;
}

export interface MixResult extends FinishedMix {
  /** The copy that was asked for, still to be finished; undefined where there is none. */
  readonly delivery: Delivery | undefined;
  /** False where the copy has to be made from the mix. */
  readonly deliveryIsWhole: boolean;
}

/**
 * The mix of a part, made while it is recorded. It follows the masters by reading back what they hold, at its own
 * pace, so that neither a slow disk nor a slow encoder of its own reaches them, and no side's lag costs memory.
 */
export interface LiveMix {
  /** Says that a master has grown. Never throws, never waits. */
  follow(): void;
  /** Says that the masters take no more audio. Soon their writers cannot read them any more. */
  hold(): void;
  /**
   * Mixes the rest of the finished masters, verifies the mix and makes it final. Where the live mix went wrong, makes
   * it again from the masters. Rejects where that fails too. Call it after `hold`.
   */
  finish(masterPaths: readonly string[], markers: readonly CuePoint[]): Promise<MixResult>;
  /** Ends it without a mix. */
  abandon(): Promise<void>;
}

interface Attempt {
  readonly output: MixOutput;
  readonly run: MixRun;
}

export async function openLiveMix(options: LiveMixOptions): Promise<LiveMix> {
  const { sessionId, sources, log } = options;
  let attempt: Attempt | undefined;
  let hasFailed = false;
  let isHeld = false;
  let isDue = false;
  let following: Promise<void> | undefined;

  const begin = async (mayGuess: boolean): Promise<Attempt> => {
    const output = await openMixOutput(options);
    if (isHeld) output.hurry();
    return { output, run: createMixRun({ ...options, mayGuess, write: output.write }) };
  };

  /** Nothing of it is of use: removes its file, which takes room on a disk that may be full, and ends its encoder. */
  const discard = async (): Promise<void> => {
    await attempt?.output.abandon().catch(() => undefined);
    await attempt?.output.delivery?.abandon();
  };

  const fail = async (error: unknown): Promise<void> => {
    hasFailed = true;
    const message = 'the mix could not be followed; it is made from both sides at the end';
    log('warn', message, { id: sessionId, error });
    await discard();
  };

  /** A side that counted as silent has brought audio: begins the mix again, and this time waits for that side. */
  const beginAgain = async (): Promise<void> => {
    await discard();
    attempt = await begin(false);
  };

  const goesOn = (more: boolean): boolean => !isHeld && (more || isDue);

  /** Says whether there may be more. */
  const advance = async (from: readonly MixSource[], final: boolean): Promise<boolean> => {
    if (attempt === undefined) return false;
    const step = await attempt.run.step(from, final);
    if (step === 'wrong') await beginAgain();
    return step !== 'waiting';
  };

  const followAll = async (): Promise<void> => {
    try {
      for (let more = true; goesOn(more);) {
        isDue = false;
        more = await advance(sources, false);
      }
    } catch (error) {
      // Masters cannot be read while they are being finished. An output that failed now fails again at the end.
      if (!isHeld) await fail(error);
    } finally {
      following = undefined;
    }
  };

  const finishAttempt = async (
    masterPaths: readonly string[],
    markers: readonly CuePoint[],
  ): Promise<MixResult> => {
    if (hasFailed) throw new Error('the mix could not be followed');
    await withFinishedSources(masterPaths, async (finished) => {
      while (await advance(finished, true));
    });
    if (attempt === undefined) throw new Error('the mix was never begun');
    const { output, run } = attempt;
    await output.write(run.flush());
    const { delivery, deliveryIsWhole } = output;
    return { ...(await output.finish(markers)), delivery, deliveryIsWhole };
  };

  attempt = await begin(true).catch(async (error: unknown) => {
    await fail(error);
    return undefined;
  });

  return {
    follow() {
      if (hasFailed || isHeld) return;
      isDue = true;
      following ??= followAll();
    },
    hold() {
      isHeld = true;
      attempt?.output.hurry();
    },
    async finish(masterPaths, markers) {
      isHeld = true;
      await following;
      try {
        return await finishAttempt(masterPaths, markers);
      } catch (error) {
        log('warn', 'the mix is made again from both sides', { id: sessionId, error });
        await attempt?.output.abandon().catch(() => undefined);
        const built = await buildMix({ masterPaths, path: options.path, markers });
        const delivery = attempt?.output.delivery ?? (await options.openDelivery());
        return { ...built, delivery, deliveryIsWhole: false };
      }
    },
    async abandon() {
      isHeld = true;
      await following;
      await discard();
    },
  };
}
