import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecogniserSettings } from '../../src-main/contract/processing.ts';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';
import type { AudioServer } from '../support/audio-server.ts';
import type { BrowserApp } from '../support/browser-app.ts';
import { MICROPHONE_LABEL } from '../support/audio-server.ts';
import { recordedSeconds, untilRecorded } from '../support/page-timer.ts';
import type { Dialogue } from '../support/sound/dialogue.ts';

export const PLAYBACK_RATE = 48_000;

export interface ReadAloudOptions {
  readonly audio: AudioServer;
  readonly app: BrowserApp;
  /** At 48 kHz. */
  readonly dialogue: Dialogue;
  readonly recogniser: RecogniserSettings;
}

/**
 * Has a dialogue spoken into the app, the user's lines into the microphone, the other side's out of the loudspeaker, and
 * recorded as its user does. Resolves with the session once its text is there.
 */
export async function readAloud({
  audio,
  app,
  dialogue,
  recogniser,
}: ReadAloudOptions): Promise<SessionRecord> {
  const { page } = app;
  const folder = await mkdtemp(join(tmpdir(), 'lectern-dialogue-'));
  try {
    await audio.control(
      'load-module',
      'module-null-sink',
      'sink_name=headset',
      'rate=48000',
      'channels=2',
      'format=s16le',
    );
    await audio.control('set-default-sink', 'headset');
    await app.open();
    await page.evaluate(
      (settings) =>
        fetch('/api/settings', {
          method: 'PATCH',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(settings),
        }).then(({ ok }) => ok || Promise.reject(new Error('the settings were refused'))),
      { recogniser },
    );
    await page.getByRole('radio', { name: 'Meeting' }).check();
    await page.getByText('Everything this computer plays.').waitFor();
    await page.getByText(MICROPHONE_LABEL).first().waitFor({ state: 'attached' });
    for (const track of ['user', 'assistant'] as const)
      await writeFile(join(folder, `${track}.raw`), stereo(dialogue.tracks[track]));
    await page.getByRole('button', { name: /^Record/ }).click();
    await page.getByRole('button', { name: /^Stop/ }).waitFor();
    const spoken = [
      await audio.playInside(join(folder, 'user.raw'), { sink: 'speaker' }),
      await audio.playInside(join(folder, 'assistant.raw'), { sink: 'headset' }),
    ];
    await untilRecorded(page, (await recordedSeconds(page)) + Math.ceil(dialogue.seconds) + 1);
    for (const voice of spoken) voice.stop();
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('group', { name: 'Saved' }).waitFor();
    return await transcribed(app);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The latest session, once its recogniser is done with it. */
async function transcribed(app: BrowserApp): Promise<SessionRecord> {
  for (;;) {
    const [session] = await app.sessions();
    const state = session?.processing?.state;
    if (session !== undefined && state === 'completed') return session;
    if (state === 'failed' || state === 'cancelled')
      throw new Error(`expected text, got ${JSON.stringify(session?.processing?.error)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function stereo(samples: Int16Array): Uint8Array {
  const both = new Int16Array(samples.length * 2);
  samples.forEach((sample, frame) => both.fill(sample, 2 * frame, 2 * frame + 2));
  return new Uint8Array(both.buffer);
}
