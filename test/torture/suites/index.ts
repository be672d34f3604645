import type { Suite } from '../support/suite.ts';
import { kill } from './kill.ts';

/** In the order in which they run: what matters most comes first. */
export const suites: readonly Suite[] = [kill];
