import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';
import { MEETING, MEETING_SECONDS, NEVER_SAID } from '../dialogue/meeting.ts';
import { PLAYBACK_RATE, readAloud } from '../dialogue/read-aloud.ts';
import { sentenceRecogniser } from '../dialogue/sentence-recogniser.ts';
import { differences } from '../dialogue/table.ts';
import { startAudioServer } from '../support/audio-server.ts';
import { openBrowserApp } from '../support/browser-app.ts';
import { conversationRows } from '../support/conversation-rows.ts';
import { examineMix } from '../support/mix-reference.ts';
import { readWav } from '../support/read-wav.ts';
import { createDialogue } from '../support/sound/dialogue.ts';
import { expectTurns } from '../support/sound/expect-turns.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { offsetOf } from '../support/sound/offset.ts';

/** Both players are started at once, and begin when the machine lets them. */
const LONGEST_START_SECONDS = 5;

test('a dialogue of two voices, recorded and recognised in the app, reads like its script', async () => {
  const folder = await temporaryFolder();
  const audio = await startAudioServer();
  onTestFinished(() => audio.stop());
  const app = await openBrowserApp({ env: audio.env });
  onTestFinished(() => app.close());
  const dialogue = createDialogue(MEETING, { rate: PLAYBACK_RATE, seconds: MEETING_SECONDS });
  const sentences = [...MEETING.map(({ text }) => text), ...NEVER_SAID];
  const recogniser = await sentenceRecogniser(folder, sentences);
  const { id } = await readAloud({ audio, app, dialogue, recogniser });
  expect(app.complaints).toEqual([]);

  const rows = conversationRows(dirname(app.recordingsDir), id);
  expect(differences(rows, MEETING)).toEqual([]);

  const session = await app.session(id);
  const masterOf = async (type: string) => {
    const file = session.files.find((candidate) => candidate.master && candidate.type === type);
    const { samples, sampleRate } = await readWav(join(app.recordingsDir, file?.file_path ?? ''));
    return { bytes: samples, samples: new Int16Array(new Uint8Array(samples).buffer), rate: sampleRate };
  };
  const user = await masterOf('user');
  const assistant = await masterOf('assistant');
  const offsets = {
    user: offsetOf(user, { samples: dialogue.tracks.user, rate: PLAYBACK_RATE }, LONGEST_START_SECONDS),
    assistant: offsetOf(
      assistant,
      { samples: dialogue.tracks.assistant, rate: PLAYBACK_RATE },
      LONGEST_START_SECONDS,
    ),
  };
  const heard = dialogue.turns.map(({ start, end, ...turn }) => {
    const offset = turn.role === 'user' ? offsets.user : offsets.assistant;
    return { ...turn, start: start + offset, end: end + offset };
  });
  expectTurns(turnsOf(session), heard);

  const mixed = await masterOf('mixed');
  const { altered, shares } = examineMix(mixed.bytes, [user.bytes, assistant.bytes], mixed.rate);
  expect(altered).toBe(0);
  for (const share of shares) expect(share).toBeGreaterThan(0.97);

  await app.page.getByRole('searchbox').first().fill('kitchen');
  await app.page.getByText('yes it is in the').first().waitFor();
});

function turnsOf({ segments }: SessionRecord) {
  return segments.map(({ role, start_ms, end_ms, interrupted }) => ({
    role,
    start: start_ms / 1000,
    end: end_ms / 1000,
    interrupted,
  }));
}
