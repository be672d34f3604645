import type { Command } from 'commander';
import type { SessionRecord } from '../contract/session-record.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { formatDuration } from './format-duration.ts';

export function addShowCommand(program: Command): void {
  program
    .command('show')
    .description('show one session: its files, its markers, what was captured')
    .argument('<id>', 'the session')
    .action(async (id: string, _, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>();
      await withRecorder(options, async (recorder) => {
        const session = await recorder.handlers['sessions.get']({ id });
        printData(options.json === true ? JSON.stringify(session) : describe(session));
      });
    });
}

function describe(session: SessionRecord): string {
  const lines = [
    `${session.title}  (${session.status})`,
    `started   ${session.started_at}`,
    `duration  ${formatDuration(session.duration_seconds)}`,
    `format    ${session.format}, ${session.sample_rate} Hz, ${session.channels === 1 ? 'mono' : 'stereo'}`,
  ];
  for (const part of session.parts) {
    const report = part.report;
    if (report === undefined) continue;
    const missing = (report.expected - report.captured) / session.sample_rate;
    const told =
      missing === 0 ? 'complete' : `${missing.toFixed(2)} s missing in ${report.gaps.length} places`;
    lines.push(`part ${part.part}    ${formatDuration(part.duration_seconds)}, ${told}`);
  }
  for (const file of session.files)
    lines.push(`file      ${file.file_path}  ${file.byte_size} bytes  ${file.status}`);
  for (const marker of session.markers)
    lines.push(`marker    ${formatDuration(marker.frame / session.sample_rate)}  ${marker.label}`);
  return lines.join('\n');
}
