import type { Command } from 'commander';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { formatDuration } from './format-duration.ts';

export function addRecoverCommand(program: Command): void {
  program
    .command('recover')
    .description('put recordings in order that a crash has cut off, and list them')
    .action(async (_, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>();
      await withRecorder(options, async (recorder) => {
        await recorder.recoveryFinished;
        const sessions = recorder.recovered.map(({ id }) => id);
        if (options.json === true) {
          const records = [];
          for (const id of sessions) records.push(await recorder.handlers['sessions.get']({ id }));
          printData(JSON.stringify({ recovered: records, unfinished: recorder.unfinished }));
        }
        for (const { id, title, duration_seconds, recovered } of options.json === true
          ? []
          : recorder.recovered)
          printData(
            `${id}\t${formatDuration(duration_seconds)}\tat most ${recovered?.lost_seconds_at_most ?? 0} s lost\t${title}`,
          );
        process.stderr.write(
          `${sessions.length > 0 ? `Recovered ${sessions.length}` : recorder.unfinished.length > 0 ? 'Nothing was recovered' : 'Nothing was cut off'}\n`,
        );
        for (const { id, reason } of recorder.unfinished)
          process.stderr.write(`${id} could not be recovered. ${reason}\n`);
        if (recorder.unfinished.length > 0) process.exitCode = 1;
      });
    });
}
