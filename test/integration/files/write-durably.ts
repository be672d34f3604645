import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { replaceFile } from '../../../src-main/disk/replace-file.ts';
import { writeJsonFile } from '../../../src-main/files/json-file.ts';
import { writePeaks } from '../../../src-main/files/peaks-file.ts';
import { openCatalog } from '../../../src-main/catalog/catalog.ts';
import { openWavWriter } from '../../../src-main/files/wav-writer.ts';
import { renameToFree } from '../../../src-main/files/set-aside.ts';
import { openSecrets } from '../../../src-main/library/secrets-store.ts';
import { openSettings } from '../../../src-main/library/settings-store.ts';
import { silentSession } from '../../support/talk.ts';

const nothing = (): Promise<void> => Promise.resolve();
const log = (): undefined => undefined;

/** Each writes one file into a folder. */
const WRITERS: Record<string, (folder: string) => Promise<unknown>> = {
  description: (folder) => writeJsonFile(join(folder, 'session.json'), { version: 1 }),
  settings: (folder) => openSettings(join(folder, 'settings.json'), log).update({ theme: 'dark' }),
  key: async (folder) => (await openSecrets(join(folder, 'secrets.json'))).setKey('https://asr.test', 'key'),
  copy: (folder) => replaceFile(join(folder, 'user_1.mp4'), (path) => appendFile(path, 'audio'), nothing),
  'live copy': recordMp3,
  master: (folder) => renameToFree(join(folder, 'user_1.wav.partial'), join(folder, 'user_1.wav')),
  'audio before a sleep': async (folder) => {
    const writer = await openWavWriter({
      path: join(folder, 'user_2.wav'),
      sampleRate: 16_000,
      channels: 1,
      mayExceed4GiB: false,
    });
    await writer.append(new Uint8Array(3200).fill(1));
    await writer.sync();
    process.exit();
  },
  'a row before a sleep': async (folder) => {
    const catalog = openCatalog(join(folder, 'lectern.db'));
    catalog.save(silentSession('talk', 0));
    await catalog.sync();
    process.exit();
  },
  peaks: (folder) => writePeaks(folder, 'user', 'a master', Uint16Array.of(1, 2)),
};

/** A second of MP3 as it grows while recording, by the encoder that is always there. */
async function recordMp3(folder: string): Promise<void> {
  const encoder = createEncoder({ ffmpeg: undefined, log, stallMs: 60_000 });
  const live = encoder.startLive({
    format: 'mp3',
    partialPath: join(folder, 'user_1.mp3.partial'),
    finalPath: join(folder, 'user_1.mp3'),
    sampleRate: 16_000,
    channels: 1,
  });
  live.write(new Uint8Array(32_000));
  await live.finish();
  await encoder.close();
}

const [kind = '', folder = ''] = process.argv.slice(2);
await WRITERS[kind]?.(folder);
