import type { Limits } from '../contract/limits.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { Clock } from '../runtime/clock.ts';
import { createPart, type Part } from './part.ts';
import type { SessionSpec, SessionStore } from './ports.ts';
import type { TakeClock } from './take-clock.ts';

/** A stretch of a take that lies in one part. */
export interface PartStretch {
  readonly part: number;
  /** Frames from the part's beginning. */
  readonly startFrame: number;
  readonly frames: number;
}

export interface TakePartsOptions {
  readonly spec: SessionSpec;
  readonly firstPart: number;
  /** True for a source that keeps real time, so that the clock can tell what is missing. */
  readonly live: boolean;
  readonly limits: Limits;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly takeClock: TakeClock;
  readonly send: (message: ServerMessage) => void;
}

/** The parts of a take in order: where each begins, and which one is the newest. */
export interface TakeParts {
  readonly newest: Part;
  /** Opens the next part. Rejects as SessionStore.openPart. */
  openNext(originFrame: number): Promise<void>;
  /**
   * As `openNext`; this and all later parts are in the fallback folder. Where it rejects, nothing changes.
   * @param findOrigin returns the part's beginning, once the take counts as relocated
   */
  openRelocated(findOrigin: () => Promise<number>): Promise<void>;
  readonly relocated: boolean;
  /** The parts that a stretch lies in, in frames since the take's start. */
  locate(startFrame: number, endFrame: number): readonly PartStretch[];
  /** The frames that a live source should have brought to the part so far, by the clock; null for other sources. */
  clockFrames(part: Part): number | null;
}

/** Opens the first part. */
export async function openTakeParts(options: TakePartsOptions): Promise<TakeParts> {
  const { spec, live, limits, store, clock, takeClock, send } = options;
  const origins: { readonly number: number; readonly originFrame: number }[] = [];
  let relocated = false;

  const warn = (message: string, filePath?: string): void => {
    const about = filePath === undefined ? {} : { file_path: filePath };
    send({ type: 'warning', code: 'encoder', message, ...about });
  };

  const open = async (number: number, originFrame: number): Promise<Part> => {
    const startedAtMs = clock.wallMs();
    const sink = await store.openPart({ session: spec, part: number, startedAtMs, relocated, warn });
    origins.push({ number, originFrame });
    const beganAtMs = takeClock.liveMs();
    return createPart({ number, sink, spec, limits, live, originFrame, beganAtMs });
  };

  let newest = await open(options.firstPart, 0);

  const openNext = async (originFrame: number): Promise<void> => {
    newest = await open(newest.number + 1, originFrame);
  };

  return {
    get newest() {
      return newest;
    },
    openNext,
    async openRelocated(findOrigin) {
      relocated = true;
      try {
        await openNext(await findOrigin());
      } catch (error) {
        relocated = false;
        throw error;
      }
    },
    get relocated() {
      return relocated;
    },
    locate(startFrame, endFrame) {
      return origins.flatMap(({ number, originFrame }, index) => {
        const from = Math.max(startFrame, originFrame);
        const to = Math.min(endFrame, origins[index + 1]?.originFrame ?? Infinity);
        return to > from ? [{ part: number, startFrame: from - originFrame, frames: to - from }] : [];
      });
    },
    clockFrames(part) {
      if (!live) return null;
      // A pause requested while the part was being opened began before it.
      const liveMs = Math.max(0, takeClock.liveMs() - part.beganAtMs);
      return Math.round((liveMs / 1000) * spec.sampleRate);
    },
  };
}
