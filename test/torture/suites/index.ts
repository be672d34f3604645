import { long } from './long.ts';
import { many } from './many.ts';
import { noBackpressure } from './no-backpressure.ts';
import { powerCut } from './power-cut.ts';
import type { Suite } from '../support/suite.ts';
import { fullDisk } from './full-disk.ts';
import { database } from './database.ts';
import { encoderKill } from './encoder-kill.ts';
import { faultyDisk } from './faulty-disk.ts';
import { fuzz } from './fuzz.ts';
import { kill } from './kill.ts';
import { stalledPage } from './stalled-page.ts';

/** In the order in which they run: what matters most comes first. */
export const suites: readonly Suite[] = [
  kill,
  encoderKill,
  powerCut,
  fullDisk,
  faultyDisk,
  noBackpressure,
  stalledPage,
  database,
  fuzz,
  long,
  many,
];
