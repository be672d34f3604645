import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { isAlive } from '../../support/is-alive.ts';
import { beepPcm } from '../../support/beeps.ts';
import { openTestRecorder } from '../../support/test-recorder.ts';
import { lectern, startLectern } from '../commands/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const answer = z.object({
  job: z.object({ state: z.string(), attempts: z.number() }),
  lines: z.array(z.object({ text: z.string().nullable() })),
});

/** Three turns of one voice, as a client tells them. */
async function recordTurns(dataDir: string): Promise<void> {
  const { recorder } = await openTestRecorder({ dataDir });
  let onStopped: (() => void) | undefined;
  const stopped = new Promise<void>((resolve) => (onStopped = resolve));
  const connection = recorder.connect('spoken', {
    send: (message) => {
      if (message.type === 'recording_stopped') onStopped?.();
    },
  });
  const say = (message: object) => connection.receiveText(JSON.stringify(message));
  await say({ action: 'start', format: 'wav' });
  const pcm = beepPcm(
    9,
    [1, 4, 7].map((second) => ({ hertz: 450, startMs: second * 1000, endMs: second * 1000 + 800 })),
  );
  for (let second = 0; second < 9; second++) {
    if (second % 3 === 1) await say({ action: 'vad_start' });
    if (second % 3 === 2) await say({ action: 'vad_stop' });
    await connection.receiveBinary(pcm.subarray(second * 32_000, (second + 1) * 32_000));
  }
  await say({ action: 'stop' });
  await stopped;
  await recorder.close();
}

test('killed in the middle of it, a transcription goes on where it was, and the program left over is gone', async () => {
  const folder = await temporaryFolder();
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  await recordTurns(dataDir);
  const [program, calls, hang, pid] = ['recogniser.sh', 'calls', 'hang', 'pid'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  // The second time it is asked, it does not come back.
  writeFileSync(
    program,
    `#!/bin/sh\necho call >> ${calls}\n[ -e ${hang} ] && [ "$(wc -l < ${calls})" = 2 ] && { echo $$ > ${pid}.new; mv ${pid}.new ${pid}; sleep 600; }\necho "text $(wc -l < ${calls})"\n`,
  );
  await chmod(program, 0o755);
  writeFileSync(hang, '');
  const settings = await lectern(['show', 'spoken', '--dir', dataDir]);
  expect(settings.code, settings.stderr).toBe(0);
  const recogniser = {
    kind: 'command',
    program,
    args: ['{audio}'],
    output: 'stdout',
    format: 'text',
    language: null,
    model: null,
    timeout_seconds: 600,
  };
  writeFileSync(join(dataDir, 'settings.json'), JSON.stringify({ version: 2, recogniser }));
  const first = startLectern(['transcribe', 'spoken', '--dir', dataDir, '--wait']);
  while (!existsSync(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
  const left = Number(readFileSync(pid, 'utf8'));
  first.child.kill('SIGKILL');
  await first.outcome;
  expect(isAlive(left), 'a program outlives a killed parent').toBe(true);

  const { code, stdout, stderr } = await lectern([
    'transcribe',
    'spoken',
    '--dir',
    dataDir,
    '--wait',
    '--json',
  ]);
  expect(code, stderr).toBe(0);
  const { job, lines } = answer.parse(JSON.parse(stdout));
  expect(job).toEqual({ state: 'completed', attempts: 2 });
  expect(lines.map(({ text }) => text)).toEqual(['text 1', 'text 3', 'text 4']);
  expect(isAlive(left)).toBe(false);
  expect(await readdir(join(dataDir, 'processing'))).toEqual([]);
});

test('a command used wrongly or in vain says so, and by its exit code', async () => {
  const folder = await temporaryFolder();
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  await recordTurns(dataDir);
  const transcribe = (...args: string[]) => lectern(['transcribe', 'spoken', '--dir', dataDir, ...args]);
  expect(await transcribe()).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('No recogniser has been chosen') as string,
  });
  expect(await transcribe('--recogniser', 'siri')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected one of whisper.cpp') as string,
  });
  expect(await transcribe('--recogniser', '{"kind":"command"}')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('program') as string,
  });
  const queued = await transcribe('--recogniser', 'pocketsphinx');
  expect(queued).toMatchObject({ code: 0, stderr: expect.stringContaining('waits in the queue') as string });
  expect(queued.stdout).toMatch(/^[0-9a-f-]{36}\n$/);
  const missing = JSON.stringify({
    kind: 'command',
    program: '/nowhere/whisper',
    args: [],
    output: 'stdout',
    format: 'text',
    language: null,
    model: null,
    timeout_seconds: 9,
  });
  expect(await transcribe('--recogniser', missing, '--wait')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('whisper was not found') as string,
  });
});
