import { expect, test } from 'vitest';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';

test('an encoder that fails while recording is told of at once, once, and the original is complete', async () => {
  const { recorder } = await openOwnRecorder();
  const said: ServerMessage[] = [];
  const connection = recorder.connect('lecture', { send: (message) => said.push(message) });
  const warnings = () => said.filter((message) => message.type === 'warning' && message.code === 'encoder');
  await connection.receiveText('{"action":"start","format":"mp4"}');
  const audio = seededBytes(1, 16_000 * 2);
  for (let second = 0; second < 3; second++) await connection.receiveBinary(audio);
  expect(warnings()).toHaveLength(1);
  await connection.receiveText('{"action":"stop"}');
  const stopped = said.find((message) => message.type === 'recording_stopped');
  expect(stopped).toMatchObject({
    report: { captured: 48_000, expected: 48_000 },
    files: [{ format: 'wav' }],
  });
});
