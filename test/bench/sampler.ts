import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Row } from './measurement.ts';
import type { Round } from './results.ts';
import { scenarioArguments, type Sample, type Scenario, type Side } from './scenario.ts';

const CHILD = fileURLToPath(new URL('./run-scenario.ts', import.meta.url));
/** Many times what the longest scenario takes: a child that hangs is a failure, not a figure. */
const TIMEOUT_MS = 300_000;
const run = promisify(execFile);

const sampleSchema = z.object({
  stopMs: z.number(),
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  stopCpuSeconds: z.number(),
  peakRssBytes: z.number(),
}) satisfies z.ZodType<Sample>;

export interface Sampler {
  /** The rounds of a row; rows with the same scenario share them. */
  roundsOf(row: Row, runs: number): Promise<readonly Round[]>;
}

/** Takes each sample in a child process and a folder of its own under `folder`. */
export function createSampler(folder: string): Sampler {
  const known = new Map<string, readonly Round[]>();

  const sample = async (scenario: Scenario): Promise<Sample> => {
    const own = await mkdtemp(join(folder, 'run-'));
    try {
      const { stdout } = await run(process.execPath, [CHILD, ...scenarioArguments(scenario), own], {
        timeout: TIMEOUT_MS,
      });
      return sampleSchema.parse(JSON.parse(stdout));
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  };

  const round = async (row: Row): Promise<Round> => {
    const take = async (side: Side): Promise<Round> => ({ [side]: await sample({ ...row.scenario, side }) });
    let taken: Round = {};
    if (row.together === true) {
      for (const each of await Promise.all(row.sides.map(take))) taken = { ...taken, ...each };
      return taken;
    }
    for (const side of row.sides) taken = { ...taken, ...(await take(side)) };
    return taken;
  };

  return {
    async roundsOf(row, runs) {
      const key = JSON.stringify([row.scenario, row.sides, runs]);
      const shared = known.get(key);
      if (shared !== undefined) return shared;
      const rounds: Round[] = [];
      while (rounds.length < runs) rounds.push(await round(row));
      known.set(key, rounds);
      return rounds;
    },
  };
}
