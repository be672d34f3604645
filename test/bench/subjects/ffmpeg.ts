import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { planMp4 } from '../../../src-main/encode/delivery-plan.ts';
import { listFfmpegCandidates } from '../../../src-main/encode/ffmpeg/candidates.ts';
import { findFfmpeg } from '../../../src-main/encode/ffmpeg/find-ffmpeg.ts';
import { aacArgs } from '../../../src-main/encode/ffmpeg/args.ts';
import type { Scenario } from '../scenario.ts';

/** The ffmpeg that Lectern would take, with the AAC settings that it would use: what differs is only the design. */
export async function startFfmpeg(
  scenario: Scenario,
  input: readonly string[],
  output: readonly string[],
): Promise<{ readonly stdin: Writable; readonly ended: Promise<void> }> {
  const found = await findFfmpeg({
    candidates: await listFfmpegCandidates(process.env),
    log: () => undefined,
  });
  if (found === undefined) throw new Error('this measurement needs ffmpeg, and none was found');
  const child = spawn(
    found.path,
    ['-hide_banner', '-loglevel', 'error', '-y', ...input, ...aacArgs(planMp4(scenario)), ...output],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`ffmpeg ended with ${String(code)}`);
  });
  return { stdin: child.stdin, ended };
}

export async function makeDurable(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.datasync();
  await file.close();
}
