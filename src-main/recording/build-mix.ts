import { MAX_PLAIN_AUDIO_BYTES } from '../audio/wav-header.ts';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { requireRoom, storedBytes } from '../disk/disk-space.ts';
import type { CuePoint } from '../files/cue-chunks.ts';
import { renameDurably } from '../disk/sync.ts';
import { openMixOutput, type FinishedMix } from './mix-output.ts';
import { createMixRun, type MixRun } from './mix-run.ts';
import { openFinishedSource, type FinishedSource, type MixSource } from './mix-source.ts';

export interface MixJob {
  /** The finished masters of both sides. */
  readonly masterPaths: readonly string[];
  /** Where the mix goes. An existing file is replaced once the new mix has been read back. */
  readonly path: string;
  readonly markers: readonly CuePoint[];
  /** Called once the new mix has been read back, before it gets its name. */
  readonly beforeReplacing?: (madePath: string) => Promise<void>;
}

/** Makes a mix from finished masters. It may be killed at any moment: a mix gets its name only once it is whole. */
export async function buildMix({
  masterPaths,
  path,
  markers,
  beforeReplacing,
}: MixJob): Promise<FinishedMix> {
  // Each try has a name of its own: an earlier file may hold audio that the sides have lost since.
  const rebuiltPath = `${path}.rebuilt-${randomBytes(4).toString('hex')}`;
  return withFinishedSources(masterPaths, async (sources) => {
    const { sampleRate, channels } = commonShape(sources);
    const stored = await Promise.all(masterPaths.map(storedBytes));
    await requireRoom(dirname(path), sum(stored), 'the mix of both sides');
    const output = await openMixOutput({
      path: rebuiltPath,
      sampleRate,
      channels,
      mayExceed4GiB: Math.max(...sources.map(({ dataBytes }) => dataBytes)) > MAX_PLAIN_AUDIO_BYTES,
      readsBack: true,
      openDelivery: () => Promise.resolve(undefined),
    });
    try {
      const run = createMixRun({ sampleRate, channels, mayGuess: false, write: output.write });
      await mixToEnd(run, sources);
      await output.write(run.flush());
      const finished = await output.finish(markers);
      await beforeReplacing?.(rebuiltPath);
      await renameDurably(rebuiltPath, path);
      return finished;
    } catch (error) {
      await output.abandon().catch(() => undefined);
      await rm(rebuiltPath, { force: true });
      throw error;
    }
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

async function mixToEnd(run: MixRun, sources: readonly MixSource[]): Promise<void> {
  while ((await run.step(sources, true)) === 'mixed');
}

/** Opens masters that nobody writes to any more. Closes them in every case. */
export async function withFinishedSources<T>(
  paths: readonly string[],
  task: (sources: readonly FinishedSource[]) => Promise<T>,
): Promise<T> {
  const sources: FinishedSource[] = [];
  try {
    for (const path of paths) sources.push(await openFinishedSource(path));
    return await task(sources);
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

function commonShape(sources: readonly FinishedSource[]): { sampleRate: number; channels: number } {
  const [first, ...others] = sources;
  if (first === undefined) throw new Error('a mix needs its sides');
  const { sampleRate, channels } = first;
  if (others.some((other) => other.sampleRate !== sampleRate || other.channels !== channels))
    throw new Error('the sides of a mix must have the same rate and channels');
  return { sampleRate, channels };
}
