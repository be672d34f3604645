import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startSpokenSession } from '../../support/spoken-session.ts';
import { openTestRecorder } from '../../support/test-recorder.ts';
import { lectern, samplesOf } from './run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

it('shows, finds, writes and takes in what was said', async () => {
  const dataDir = await temporaryFolder();
  const { recorder } = await openTestRecorder({ dataDir });
  const session = await startSpokenSession(recorder, 'talk', { title: 'Physics \u001b[31m1' });
  await session.pass(1);
  await session.turn(2, 'entropy is not disorder');
  await session.say({ action: 'vad_start' });
  await session.pass(1);
  await session.stop();
  await recorder.handlers['sessions.speakers']({ id: 'talk', speakers: { user: 'Ada' } });
  const [first, second] = (await recorder.handlers['sessions.conversation']({ id: 'talk' })).lines;
  await recorder.close();
  const run = (...args: string[]) => lectern([...args, '--dir', dataDir]);

  const shown = await run('conversation', 'talk');
  expect(shown.stdout.trimEnd().split('\n')).toEqual([
    `time    role        text                     interrupted  audio`,
    `0:01.0  user (Ada)  entropy is not disorder               ${first?.audio_url}`,
    `0:03.0  user (Ada)                           interrupted  ${second?.audio_url}`,
  ]);
  expect(JSON.parse((await run('conversation', 'talk', '--json')).stdout)).toMatchObject({
    lines: [{ text: 'entropy is not disorder' }, { text: null }],
  });
  const described = await run('show', 'talk');
  expect(described.stdout).toContain('turns     2, 1 of them interrupted\ntext      4 words in 1 line');

  const found = await run('search', 'not', 'disord');
  expect(found.stdout).toBe('talk  Physics [31m1  0:01.0  user  entropy is not disorder\n');
  expect((await run('search', 'absent')).stdout).toBe('');
  expect(JSON.parse((await run('search', 'is not', 'entropy', '--json')).stdout)).toMatchObject({ total: 1 });

  expect((await run('transcript', 'talk')).stdout).toBe('[0:00:01] Ada: entropy is not disorder\n');
  const out = join(dataDir, 'copy.srt');
  expect((await run('transcript', 'talk', '--out', out)).stdout).toBe(`${out}\n`);
  expect(await readFile(out, 'utf8')).toBe(
    '1\n00:00:01,000 --> 00:00:03,000\n[Ada]: entropy is not disorder\n',
  );
  expect((await run('transcript', 'talk', '--out', out)).stderr).toContain('already exists');

  const turns = join(dataDir, 'turns');
  const names = [first, second].map((line) => line?.audio_url?.replace(/.*\//, '') ?? '');
  const written = await run('turns', 'talk', '--out', turns);
  expect(written.stdout).toBe(names.map((name) => `${join(turns, name)}\n`).join(''));
  expect(await samplesOf(join(turns, names[0] ?? ''))).toHaveLength(32_000);
  expect(JSON.parse((await run('turns', 'talk', '--role', 'assistant', '--json')).stdout)).toEqual({
    files: [],
  });

  const imported = await run(
    'import-transcript',
    'talk',
    out,
    '--role',
    'user',
    '--offset',
    '-0.5',
    '--json',
  );
  expect(JSON.parse(imported.stdout)).toEqual({ imported: 1 });
  expect((await run('search', 'entropy')).stdout.split('\n').filter(Boolean)).toHaveLength(2);
  const latin = [
    '1',
    '00:00:xx,000 --> 00:00:01,000',
    'lost',
    '',
    '2',
    '00:00:00,000 --> 00:00:01,000',
    'à bientôt',
  ];
  await writeFile(out, latin.join('\r\n'), 'latin1');
  const read = await run('import-transcript', 'talk', out, '--role', 'user', '--replace');
  expect(read.stderr).toMatch(
    /^Imported 1 line\n.*read as windows-1252.*\n1 line could not be understood.*00:00:xx/,
  );
  expect((await run('transcript', 'talk')).stdout).toContain('à bientôt');
  await writeFile(out, 'nothing of the kind');
  const refused = await run('import-transcript', 'talk', out, '--role', 'user');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Expected SRT')]);
});
