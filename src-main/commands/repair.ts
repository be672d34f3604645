import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { LecternError } from '../contract/errors.ts';
import { listFfmpegCandidates } from '../encode/ffmpeg/candidates.ts';
import { findFfmpeg } from '../encode/ffmpeg/find-ffmpeg.ts';
import { createRepairer, type RepairReport } from '../repair/repairer.ts';
import { cancelOnSignals } from './cancel-on-signals.ts';
import { logToTerminal, printData, type CommonOptions } from './command-context.ts';

interface RepairCommandOptions extends CommonOptions {
  readonly dryRun?: boolean;
  readonly backup?: boolean;
  readonly output?: string;
  readonly rate?: number;
  readonly channels?: number;
}

export function addRepairCommand(program: Command): void {
  program
    .command('repair')
    .description('find what is wrong with audio files, and write repaired ones')
    .argument('<paths...>', 'files, and folders with everything below them')
    .option('--dry-run', 'say what would be done, and write nothing')
    .option('--backup', 'repair in place; the damaged file is kept as NAME.bak')
    .option('--output <folder>', 'put repaired files there; beside the damaged ones unless told otherwise')
    .option('--recursive', 'look into folders below the ones named; always so')
    .option(
      '--rate <hertz>',
      'the true sample rate, of files without a header and of files named one by one',
      wholeNumberIn(1000, 384_000),
    )
    .option('--channels <number>', 'the channels of files without a header', wholeNumberIn(1, 2))
    .action(async (paths: string[], _, command: Command) =>
      repairFiles(paths, command.optsWithGlobals<RepairCommandOptions>()),
    );
}

async function repairFiles(paths: readonly string[], options: RepairCommandOptions): Promise<void> {
  const { dryRun, backup, output, rate, channels, json } = options;
  if (backup === true && output !== undefined)
    throw new LecternError(
      'INVALID_INPUT',
      'Expected --backup (in place) or --output (another folder), got both',
    );
  const repairer = createRepairer({
    findFfmpeg: async () => {
      const candidates = await listFfmpegCandidates(process.env);
      return (await findFfmpeg({ candidates, log: logToTerminal }))?.path;
    },
  });
  const reports: RepairReport[] = [];
  const cancellation = cancelOnSignals();
  try {
    const settings = {
      dryRun: dryRun === true,
      inPlace: backup === true,
      signal: cancellation.signal,
      ...(output === undefined ? {} : { outputFolder: resolve(output) }),
      ...(rate === undefined ? {} : { sampleRate: rate }),
      ...(channels === undefined ? {} : { channels }),
    };
    for await (const report of repairer.repairPaths(paths, settings)) {
      reports.push(report);
      if (json !== true) printData(lineOf(report));
    }
  } catch (error) {
    if (!cancellation.signal.aborted) throw error;
    process.stderr.write('lectern: stopped; what was being written is removed\n');
    process.exitCode = 1;
  } finally {
    cancellation.forget();
    await repairer.close();
  }
  if (json === true) printData(JSON.stringify({ files: reports.map(rowOf) }));
  process.stderr.write(`${summaryOf(reports)}\n`);
  if (reports.some(({ status }) => status === 'unrepairable' || status === 'failed')) process.exitCode = 1;
}

/** Path, status, faults, and the repair that was or would be done. */
function lineOf({ path, status, faults, action, reason, outputPath, backupPath }: RepairReport): string {
  const wrong = faults.map(({ code, message }) => `${code}: ${message}`).join('; ');
  const kept = backupPath === undefined ? '' : `, the damaged file kept as ${backupPath}`;
  const done = outputPath === undefined ? '' : `${action ?? ''} -> ${outputPath}${kept}`;
  return [path, status, wrong, reason ?? done]
    .map((field) => field.replace(/[\t\n]/g, ' '))
    .join('\t')
    .trimEnd();
}

function rowOf({ outputPath, backupPath, ...report }: RepairReport): object {
  return {
    ...report,
    ...(outputPath === undefined ? {} : { output: outputPath }),
    ...(backupPath === undefined ? {} : { backup: backupPath }),
  };
}

function summaryOf(reports: readonly RepairReport[]): string {
  if (reports.length === 0) return 'No audio files were found';
  const counts = new Map<string, number>();
  for (const { status } of reports) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ');
}

function wholeNumberIn(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      `expected a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`,
    );
  };
}
