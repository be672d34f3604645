import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { listFfmpegCandidates } from '../../src-main/encode/ffmpeg/candidates.ts';
import { findFfmpeg } from '../../src-main/encode/ffmpeg/find-ffmpeg.ts';

/** What figures mean nothing without. */
export interface Machine {
  readonly commit: string;
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly os: string;
  readonly node: string;
  readonly ffmpeg: string;
  readonly loadAverage: number;
}

export async function describeMachine(): Promise<Machine> {
  const ffmpeg = await findFfmpeg({
    candidates: await listFfmpegCandidates(process.env),
    log: () => undefined,
  });
  return {
    commit: describeCommit(),
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    os: `${distribution()}${type()} ${release()}`,
    node: process.versions.node,
    ffmpeg: ffmpeg?.version ?? 'absent',
    loadAverage: loadavg()[0] ?? 0,
  };
}

function describeCommit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    // What was measured just now is no change to what is measured next.
    const isChanged =
      git(
        'status',
        '--porcelain',
        '--',
        ':/',
        ':(top,exclude)README.md',
        ':(top,exclude,glob)**/RESULTS.md',
      ) !== '';
    const changed = isChanged ? ' with uncommitted changes' : '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return 'unknown';
  }
}

/** Linux alone needs more than its kernel to be known by. */
function distribution(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    return name === undefined ? '' : `${name}, `;
  } catch {
    return '';
  }
}
