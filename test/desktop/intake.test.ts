import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type {} from '../../src-renderer/session/shell.ts';
import { describeOnElectron, launchApp } from './electron-app.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lectern-desktop-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

describeOnElectron('a damaged file from outside', () => {
  it('crosses to the engine over app://, is mended and becomes a recording', async () => {
    const whole = join(dataDir, 'whole.wav');
    // Longer than a piece, so that it takes several.
    await promisify(execFile)('sox', [
      '-n',
      '-r',
      '48000',
      '-c',
      '2',
      '-b',
      '16',
      whole,
      'synth',
      '30',
      'sine',
      '440',
      'vol',
      '0.4',
    ]);
    const bytes = await readFile(whole);
    const broken = Buffer.from(bytes);
    broken.writeUInt32LE(0, 40);
    await writeFile(join(dataDir, 'seminar.wav'), broken);
    const app = await launchApp({ dataDir, chromiumArgs: ['--use-fake-device-for-media-stream'] });
    try {
      await app.page.getByRole('heading', { name: 'Library' }).waitFor();
      await app.page.setInputFiles('input[type=file]', join(dataDir, 'seminar.wav'));
      await app.page.getByText('Damaged, and can be mended').waitFor();
      await app.page.getByRole('button', { name: 'Add to recordings: seminar.wav' }).click();
      await app.page.getByText('Added to recordings').waitFor();
      const recordings = join(dataDir, 'recordings');
      const [session = ''] = await readdir(recordings);
      const names = await readdir(join(recordings, session));
      const [master = '', original = ''] = ['user_', 'original_'].map(
        (start) => names.find((name) => name.startsWith(start)) ?? '',
      );
      expect((await readFile(join(recordings, session, original))).equals(broken)).toBe(true);
      expect((await readFile(join(recordings, session, master))).equals(bytes)).toBe(true);
    } finally {
      await app.dispose();
    }
  });

  it('is refused where it would be larger than announced, or is sent where there is nothing', async () => {
    const app = await launchApp({ dataDir, chromiumArgs: ['--use-fake-device-for-media-stream'] });
    try {
      const answers = await app.page.evaluate(async () => {
        const begun = await window.lectern?.call('intake.begin', { name: '../x.wav', byte_size: 10 });
        const id = begun?.ok === true ? begun.value.id : '';
        const put = async (path: string, bytes: number) =>
          (await fetch(path, { method: 'PUT', body: new Uint8Array(bytes) })).status;
        return [
          await put(`/api/intake/${id}/bytes?offset=0`, 11),
          await put(`/api/intake/${crypto.randomUUID()}/bytes?offset=0`, 4),
          await put('/api/intake/..%2f..%2fx/bytes?offset=0', 4),
          await put('/api/sessions/x/files/y', 4),
          await put(`/api/intake/${id}/bytes?offset=0`, 10),
        ];
      });
      expect(answers).toEqual([413, 404, 404, 405, 200]);
    } finally {
      await app.dispose();
    }
  });
});
