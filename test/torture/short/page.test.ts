import { testShortRounds } from '../support/short-rounds.ts';
import { suitesByTarget } from '../suites/index.ts';

testShortRounds(suitesByTarget.page);
