import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LecternError } from '../../../src-main/contract/errors.ts';
import type { SettingsPatch } from '../../../src-main/contract/settings.ts';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import type { Recorder } from '../../../src-main/recorder.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function record(recorder: Recorder, id: string): Promise<ServerMessage[]> {
  const said: ServerMessage[] = [];
  const connection = recorder.connect(id, { send: (message) => said.push(message) });
  await connection.receiveText('{"action":"start","format":"wav"}');
  await connection.receiveBinary(seededBytes(1, 32_000));
  await connection.receiveText('{"action":"stop"}');
  return said;
}

describe('a recordings folder that is not there', () => {
  test.each(['with', 'without'] as const)(
    'at launch is no obstacle %s a spare folder, is told of, and is used again once it is back',
    async (kind) => {
      const disk = await temporaryFolder();
      const [recordings, away, spare] = [join(disk, 'a/recordings'), join(disk, 'away'), join(disk, 'spare')];
      const first = await openOwnRecorder();
      await first.recorder.handlers['settings.update']({
        recordings_dir: recordings,
        ...(kind === 'with' ? { fallback_dir: spare } : {}),
      });
      await first.recorder.close();
      const second = await openOwnRecorder({ dataDir: first.dataDir });
      await record(second.recorder, 'before');
      await second.recorder.close();
      // Nobody can make it again, as where its disk is not mounted.
      await rename(join(disk, 'a'), away);
      await writeFile(join(disk, 'a'), '');

      const words: string[] = [];
      const { recorder } = await openOwnRecorder({
        dataDir: first.dataDir,
        log: (level, message) => {
          if (level === 'warn') words.push(message);
        },
      });
      const used = kind === 'with' ? spare : join(first.dataDir, 'recordings');
      expect(words).toContainEqual(expect.stringContaining(used));
      const said = await record(recorder, 'meanwhile');
      const warning = said.find((message) => message.type === 'warning');
      expect(warning?.code).toBe('relocated');
      expect(warning?.message).toContain(used);
      expect(said.at(-1)).toMatchObject({ type: 'recording_stopped', files: [{ format: 'wav' }] });
      expect((await readdir(join(used, 'meanwhile'))).some((name) => name.endsWith('.wav'))).toBe(true);

      await rm(join(disk, 'a'));
      await rename(away, join(disk, 'a'));
      const after = await record(recorder, 'after');
      expect(after.some(({ type }) => type === 'warning')).toBe(false);
      expect(await readdir(recordings)).toEqual(expect.arrayContaining(['before', 'after']));
      const { sessions } = await recorder.handlers['sessions.list']({});
      expect(sessions.map(({ id, files }) => [id, files[0]?.status])).toEqual(
        expect.arrayContaining([
          ['before', 'completed'],
          ['meanwhile', 'completed'],
          ['after', 'completed'],
        ]),
      );
    },
  );
});

describe('while the recordings folder is away', () => {
  test('the app says so, files from outside and the room left go by what takes its place, and what is in it is listed once it is back', async () => {
    const disk = await temporaryFolder();
    const [recordings, away] = [join(disk, 'a/recordings'), join(disk, 'away')];
    const other = await openOwnRecorder();
    await record(other.recorder, 'unknown');
    const first = await openOwnRecorder();
    await first.recorder.handlers['settings.update']({ recordings_dir: recordings });
    await first.recorder.close();
    const second = await openOwnRecorder({ dataDir: first.dataDir });
    await record(second.recorder, 'before');
    await second.recorder.close();
    // Of a time of which the catalog knows nothing.
    await cp(join(other.dataDir, 'recordings/unknown'), join(recordings, 'unknown'), { recursive: true });
    await rename(join(disk, 'a'), away);
    await writeFile(join(disk, 'a'), '');

    const { recorder } = await openOwnRecorder({ dataDir: first.dataDir });
    const { handlers } = recorder;
    const used = join(first.dataDir, 'recordings');
    expect(await handlers['app.info']({})).toMatchObject({
      recordings_away: { wanted: recordings, used, reason: expect.stringContaining(recordings) as unknown },
    });
    const added = await addFile(
      recorder,
      await readFile(await wavOf(join(other.dataDir, 'recordings/unknown'))),
    );
    expect(await readdir(join(used, added.id))).toContain('session.json');

    const said: ServerMessage[] = [];
    const connection = recorder.connect('measured', { send: (message) => said.push(message) });
    await connection.receiveText('{"action":"start","format":"wav"}');
    await expect
      .poll(async () => {
        await connection.receiveText('{"action":"status"}');
        const status = said.findLast((message) => message.type === 'status');
        return status?.disk_minutes_left;
      })
      .toBeGreaterThan(0);
    await connection.receiveText('{"action":"stop"}');

    await rm(join(disk, 'a'));
    await rename(away, join(disk, 'a'));
    expect(await handlers['app.info']({})).not.toHaveProperty('recordings_away');
    const { sessions } = await handlers['sessions.list']({});
    const statuses = Object.fromEntries(sessions.map(({ id, files }) => [id, files[0]?.status]));
    expect(statuses).toEqual({
      before: 'completed',
      unknown: 'completed',
      measured: 'completed',
      [added.id]: 'completed',
    });
  });
});

async function wavOf(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((each) => each.endsWith('.wav'));
  return join(folder, name ?? '');
}

async function addFile(recorder: Recorder, bytes: Uint8Array) {
  const { handlers, intakeFiles } = recorder;
  const { id } = await handlers['intake.begin']({ name: 'from outside.wav', byte_size: bytes.length });
  await intakeFiles.receive(
    id,
    0,
    (async function* () {
      yield bytes;
    })(),
  );
  await handlers['intake.examine']({ id });
  return handlers['intake.add']({ id });
}

describe('a folder in the settings', () => {
  test('that cannot be used is refused by name, whatever is wrong with it, and nothing changes', async () => {
    const { recorder, dataDir } = await openOwnRecorder();
    const file = join(dataDir, 'file');
    await writeFile(file, '');
    await mkdir(join(dataDir, 'fine'));
    const before = await recorder.handlers['settings.get']({});
    const [profile, ...others] = before.profiles;
    if (profile === undefined) throw new Error('expected a profile');
    const refusalOf = async (patch: SettingsPatch): Promise<string> => {
      const error: unknown = await Promise.resolve(recorder.handlers['settings.update'](patch)).catch(
        (refused: unknown) => refused,
      );
      if (!(error instanceof LecternError)) throw new Error('expected a refusal');
      expect(error.code).toBe('INVALID_INPUT');
      return error.message;
    };
    for (const folder of [
      'a\0b',
      join(file, 'below'),
      file,
      `/${'x'.repeat(5000)}`,
      'relative/folder',
      '/proc/x',
      '/dev/null',
    ]) {
      expect(await refusalOf({ recordings_dir: folder })).toContain('recordings_dir: ');
      expect(await refusalOf({ fallback_dir: folder })).toContain('fallback_dir: ');
      const profiles = [{ ...profile, recordings_dir: folder }, ...others];
      expect(await refusalOf({ profiles })).toContain('profiles.0.recordings_dir: ');
    }
    expect(await recorder.handlers['settings.get']({})).toEqual(before);
    const fine = join(dataDir, 'fine');
    expect(await recorder.handlers['settings.update']({ fallback_dir: fine })).toMatchObject({
      fallback_dir: fine,
    });
  });

  test('that is away does not keep other settings from being changed', async () => {
    const disk = await temporaryFolder();
    const { recorder } = await openOwnRecorder();
    await recorder.handlers['settings.update']({ fallback_dir: join(disk, 'spare') });
    await rm(disk, { recursive: true });
    await writeFile(disk, '');
    expect(await recorder.handlers['settings.update']({ theme: 'dark' })).toMatchObject({ theme: 'dark' });
  });
});
