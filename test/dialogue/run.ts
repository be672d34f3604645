import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { explainMissing } from '../setup/install.ts';
import { missingRequirements } from '../setup/requirements.ts';
import { startAudioServer } from '../support/audio-server.ts';
import { openBrowserApp } from '../support/browser-app.ts';
import { conversationRows } from '../support/conversation-rows.ts';
import { createDialogue } from '../support/sound/dialogue.ts';
import { MEETING, MEETING_SECONDS, NEVER_SAID } from './meeting.ts';
import { PLAYBACK_RATE, readAloud } from './read-aloud.ts';
import { sentenceRecogniser } from './sentence-recogniser.ts';
import { differences, tableOf } from './table.ts';

const { values } = parseArgs({ options: { screenshot: { type: 'string' } } });
const missing = missingRequirements();
if (missing.length > 0) {
  process.stderr.write(`${explainMissing(missing)}\n`);
  process.exit(1);
}

const folder = await mkdtemp(join(tmpdir(), 'lectern-meeting-'));
const audio = await startAudioServer();
const app = await openBrowserApp({ env: audio.env });
try {
  const dialogue = createDialogue(MEETING, { rate: PLAYBACK_RATE, seconds: MEETING_SECONDS });
  const sentences = [...MEETING.map(({ text }) => text), ...NEVER_SAID];
  const recogniser = await sentenceRecogniser(folder, sentences);
  const session = await readAloud({ audio, app, dialogue, recogniser });
  const rows = conversationRows(dirname(app.recordingsDir), session.id);
  process.stdout.write(`${tableOf(rows)}\n`);
  const different = differences(rows, MEETING);
  for (const words of different) process.stderr.write(`${words}\n`);
  if (different.length > 0) process.exitCode = 1;
  if (values.screenshot !== undefined) {
    await mkdir(dirname(values.screenshot), { recursive: true });
    await app.page.setViewportSize({ width: 1400, height: 1000 });
    await app.page.getByRole('button', { name: 'Show in library' }).click();
    await app.page
      .getByText(rows[0]?.text ?? '')
      .first()
      .waitFor();
    await app.page.screenshot({ path: values.screenshot });
  }
} finally {
  await app.close();
  await audio.stop();
  await rm(folder, { recursive: true });
}
