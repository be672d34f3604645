import {
  cp,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { type Impostor, plantImpostor } from '../../support/impostor.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { readWav } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const audio = seededBytes(3, 16_000 * 2 * 2);
const segmentId = '6f1d2f4e-6f0a-4f6e-9a51-0c7d9f5f7a11';
const silent = () => undefined;

/** Every name that is opened below a session's folder; `MASTER` is that of its recording. */
const NAMES = [
  'MASTER',
  'user_2.wav',
  'user_2.wav.partial',
  'mixed_2.wav.partial',
  'user_2.mp4',
  'user_2.mp4.partial',
  'session.json',
  'session.json.new',
  'transcript.json',
  'transcript.json.new',
  '.waveform-user',
  '.waveform-user.new',
  '.owner',
  '.reserve',
  `${segmentId}.wav`,
  `${segmentId}.wav.new`,
];

/** A data folder with one finished session that has text, a turn and a waveform. */
async function recordFinished() {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect('talk', { send: silent });
  void connection.receiveText('{"action":"start","format":"wav"}');
  await connection.receiveBinary(audio);
  void connection.receiveText('{"action":"transcript","role":"user","text":"hello"}');
  await connection.receiveText('{"action":"stop"}');
  await recorder.handlers['sessions.waveform']({ id: 'talk', track: 'user' });
  await recorder.close();
  const path = join(dataDir, 'recordings/talk/session.json');
  const { session } = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const [start_ms, end_ms, frame_count] = [0, 1000, 16_000];
  const times = { start_ms, end_ms, started_at: session.started_at, ended_at: session.started_at };
  session.segments.push({
    ...{ segment_id: segmentId, turn_id: segmentId, role: 'user', part: 1, start_frame: 0, frame_count },
    ...{ ...times, interrupted: false, bleed: false, file: `${segmentId}.wav` },
  });
  session.revision++;
  await writeFile(path, JSON.stringify({ version: 1, session }));
  return { dataDir, master: session.files[0]!.file_path.split('/')[1]! };
}

/** Everything that reads or writes a session's files; what is refused is refused with a code. */
async function useEverything(dataDir: string, log: (message: string) => void) {
  const { recorder } = await openOwnRecorder({
    dataDir,
    log: (_, message) => log(message),
    encoder: createEncoder({ ffmpeg: undefined, log: silent }),
  });
  await recorder.recoveryFinished;
  const { handlers } = recorder;
  const attempts: (() => unknown)[] = [
    () => handlers['sessions.update']({ id: 'talk', title: 'Renamed' }),
    () => handlers['sessions.waveform']({ id: 'talk', track: 'user' }),
    () => handlers['sessions.turn_files']({ id: 'talk' }),
    () => handlers['sessions.export']({ id: 'talk', format: 'wav', gain: 2 }),
    () => handlers['sessions.repair']({ id: 'talk' }),
    () => recorder.findSegment('talk', segmentId),
  ];
  for (const attempt of attempts)
    await Promise.resolve()
      .then(attempt)
      .catch((error: unknown) => expect(error).toHaveProperty('code', expect.stringMatching(/^FILE_/)));
  const connection = recorder.connect('talk', { send: silent });
  void connection.receiveText('{"action":"start","format":"wav"}');
  await connection.receiveBinary(audio);
  await connection.receiveText('{"action":"stop"}');
  const { files } = await handlers['sessions.get']({ id: 'talk' });
  for (const { file_path } of files) recorder.resolveFile('talk', file_path.split('/')[1]!);
  await handlers['sessions.delete']({ id: 'talk' });
  await recorder.close();
}

test.each(['link', 'broken link', 'fifo', 'device'] as const)(
  'a %s in the place of any file of a session is neither read, written through nor waited for',
  async (kind: Impostor) => {
    const { dataDir, master } = await recordFinished();
    // Apart: where the recording itself is there, more is done with the rest.
    for (const names of [['MASTER'], NAMES.slice(1)]) {
      const copy = join(await temporaryFolder(), 'data');
      await cp(dataDir, copy, { recursive: true });
      const outside = join(copy, 'outside');
      await cp(join(copy, 'recordings/talk', master), outside);
      const before = await readFile(outside);
      for (const name of names)
        await plantImpostor(kind, join(copy, 'recordings/talk', name.replace('MASTER', master)), outside);
      await useEverything(copy, silent);
      expect((await readFile(outside)).equals(before)).toBe(true);
      expect(await readdir(copy)).not.toContain('outside.made');
    }
  },
  120_000,
);

test('recovery leaves a link alone, says so, and recovers what is beside it', async () => {
  const { dataDir, master } = await recordFinished();
  const folder = join(dataDir, 'recordings/talk');
  const outside = join(dataDir, 'outside.wav');
  await writeFile(outside, seededBytes(4, 300_000));
  const planted = ['user_2.wav.partial', 'user_3.wav.partial', 'user_4.mp4.partial'] as const;
  await symlink(outside, join(folder, planted[0]));
  await plantImpostor('fifo', join(folder, planted[1]), outside);
  await symlink(outside, join(folder, planted[2]));
  await rename(join(folder, master), join(folder, `${master}.partial`));
  const said: unknown[] = [];
  const { recorder } = await openOwnRecorder({ dataDir, log: (_, ...words) => said.push(words) });
  await recorder.recoveryFinished;
  expect(recorder.recovered).toMatchObject([{ id: 'talk', duration_seconds: 2 }]);
  expect((await readWav(join(folder, master))).samples.equals(audio)).toBe(true);
  expect((await readFile(outside)).equals(seededBytes(4, 300_000))).toBe(true);
  expect(await readlink(join(folder, planted[0]))).toBe(outside);
  expect((await lstat(join(folder, planted[1]))).isFIFO()).toBe(true);
  expect(await readlink(join(folder, planted[2]))).toBe(outside);
  expect(said).toContainEqual([
    expect.stringContaining('left as they are'),
    { id: 'talk', names: [...planted] },
  ]);
});

test('a session folder that is a link out of the recordings folder is neither read, recorded to nor deleted', async () => {
  const { dataDir, master } = await recordFinished();
  const outside = join(await temporaryFolder(), 'moved');
  const folder = join(dataDir, 'recordings/talk');
  await rename(folder, outside);
  await symlink(outside, folder);
  await mkdir(join(outside, 'below'));
  const names = await readdir(outside);
  const description = await readFile(join(outside, 'session.json'), 'utf8');
  const said: unknown[] = [];
  const { recorder } = await openOwnRecorder({ dataDir, log: (_, ...words) => said.push(words) });
  const { sessions } = await recorder.handlers['sessions.list']({});
  expect(sessions).toMatchObject([{ id: 'talk', files: [{ status: 'missing' }] }]);
  expect(recorder.resolveFile('talk', master)).toBeUndefined();
  await recorder.handlers['sessions.update']({ id: 'talk', title: 'Renamed' });
  const connection = recorder.connect('talk', { send: silent });
  await expect(connection.receiveText('{"action":"start","format":"wav"}')).resolves.toBeUndefined();
  await recorder.handlers['sessions.delete']({ id: 'talk' });
  await recorder.close();
  expect(await readdir(outside)).toEqual(names);
  expect(await readFile(join(outside, 'session.json'), 'utf8')).toBe(description);
  expect(said).toContainEqual([expect.stringContaining('is not followed'), { id: 'talk' }]);
  await rm(outside, { recursive: true });
});
