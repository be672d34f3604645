import type { Suite } from '../support/suite.ts';
import { damagedSessions } from './damaged-sessions.ts';
import { damaged } from './damaged.ts';
import { database } from './database.ts';
import { encoderKill } from './encoder-kill.ts';
import { faultyDisk } from './faulty-disk.ts';
import { fullDisk } from './full-disk.ts';
import { fuzz } from './fuzz.ts';
import { kill } from './kill.ts';
import { long } from './long.ts';
import { many } from './many.ts';
import { noBackpressure } from './no-backpressure.ts';
import { powerCut } from './power-cut.ts';
import { rendererKill } from './renderer-kill.ts';
import { stalledPage } from './stalled-page.ts';

/** By what they attack, in the order in which they run: what matters most comes first. */
export const suitesByTarget = {
  processes: [kill, encoderKill, many],
  disk: [powerCut, damaged, damagedSessions, fullDisk, faultyDisk, noBackpressure, stalledPage],
  page: [rendererKill],
  engine: [database, fuzz, long],
} as const satisfies Record<string, readonly Suite[]>;

export const suites: readonly Suite[] = Object.values(suitesByTarget).flat();
