import type { ApiClient } from '../../src-main/contract/api.ts';
import type { SystemAudioOutput } from '../../src-main/contract/system-audio.ts';
import type { LevelFeed } from './level-feed.ts';

/** Sound on an output that is not recorded. */
export interface SoundElsewhere {
  readonly playing: SystemAudioOutput;
  readonly listening: SystemAudioOutput;
}

export interface SilentOutputDependencies {
  readonly api: ApiClient;
  readonly levels: LevelFeed;
  readonly after: (milliseconds: number, action: () => void) => void;
  readonly set: (elsewhere: SoundElsewhere | null) => void;
}

/** Checks whether another output plays while the recorded one is silent. */
export interface SilentOutput {
  start(): void;
  stop(): void;
}

const LOOK_INTERVAL_MS = 4000;
/** Silent intervals before a check: people pause for breath, and a check runs a program. */
const SILENT_INTERVALS = 2;
/** Linear; about -80 dBFS. An unused output gives only zeros. */
const SILENT_PEAK = 0.0001;

export function createSilentOutput({ api, levels, after, set }: SilentOutputDependencies): SilentOutput {
  let unsubscribe: (() => void) | undefined;
  let silentIntervals = 0;
  let heard = false;
  const isHeard = (): boolean => heard;
  /** The start that a check belongs to. */
  let run = 0;

  const checkOutputs = async (own: number): Promise<void> => {
    if (own !== run) return;
    silentIntervals = heard ? 0 : silentIntervals + 1;
    heard = false;
    if (silentIntervals >= SILENT_INTERVALS) {
      const answer = await api.call('system_audio.status', {});
      if (own !== run) return;
      const { output, playing_elsewhere: [playing] = [] } = answer.ok ? answer.value : {};
      const isElsewhere = !isHeard() && output !== undefined && playing !== undefined;
      set(isElsewhere ? { playing, listening: output } : null);
    }
    after(LOOK_INTERVAL_MS, () => void checkOutputs(own));
  };

  const stop = (): void => {
    run += 1;
    unsubscribe?.();
    unsubscribe = undefined;
    set(null);
  };

  return {
    start() {
      stop();
      const own = run;
      silentIntervals = 0;
      heard = false;
      unsubscribe = levels.subscribe(({ peak }) => {
        if (!peak.some((value) => value > SILENT_PEAK)) return;
        if (!heard) set(null);
        heard = true;
      });
      after(LOOK_INTERVAL_MS, () => void checkOutputs(own));
    },
    stop,
  };
}
