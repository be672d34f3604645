import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MICROPHONE_LABEL, startAudioServer } from '../support/audio-server.ts';
import { openBrowserApp } from '../support/browser-app.ts';
import { createLoopReader, writeLoopedRamp } from '../support/looped-ramp.ts';

/** Records 48 kHz stereo behind another tab, where browsers slow pages down, and counts every frame. */
const minutes = Number(process.argv[2] ?? 61);
const HEADER_BYTES = 44;

const folder = await mkdtemp(join(tmpdir(), 'lectern-hour-'));
const ramp = join(folder, 'ramp.raw');
await writeLoopedRamp(ramp, minutes * 60);
const audio = await startAudioServer();
const app = await openBrowserApp({ env: audio.env });
try {
  await app.open();
  const { page, browser } = app;
  await page.getByLabel('Quality').selectOption({ label: 'Full range: 48 kHz stereo' });
  await page.getByText(MICROPHONE_LABEL).first().waitFor({ state: 'attached' });
  await page.getByRole('button', { name: /^Record/ }).click();
  await page.getByRole('button', { name: /^Stop/ }).waitFor();
  const playback = audio.play(ramp);
  const hidden = await browser.hidePage();
  const over = playback.finished.then(() => true);
  while (!(await Promise.race([over, delay(60_000, false)])))
    console.log(`${await page.getByRole('timer').innerText()}, hidden`);
  await hidden.show();
  await page.getByRole('button', { name: /^Stop/ }).click();
  await page.getByRole('group', { name: 'Saved' }).waitFor();

  const [listed] = await app.sessions();
  const session = await app.session(listed?.id ?? '');
  const masters = session.files.filter(({ master }) => master).sort((a, b) => a.part - b.part);
  const reader = createLoopReader();
  for (const { file_path } of masters)
    for await (const bytes of createReadStream(join(app.recordingsDir, file_path), { start: HEADER_BYTES }))
      reader.read(bytes as Buffer);
  const gaps = session.parts.flatMap(({ report }) => report?.gaps ?? []);
  const { heard, breaks } = reader;
  const wanted = minutes * 60 * 48_000;
  console.log({ minutes, parts: masters.length, gaps, wanted, heard, breaks, complaints: app.complaints });
  process.exitCode = heard === wanted && breaks === 0 && gaps.length === 0 ? 0 : 1;
} finally {
  await app.close();
  await audio.stop();
  await rm(folder, { recursive: true, force: true });
}
