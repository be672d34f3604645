import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

const audio = seededBytes(31, 16_000 * 2 * 3).map((byte) => byte | 1);
const SECOND = 16_000 * 2;

test.each([
  { moment: 'while it goes on', more: true },
  { moment: 'just before it stops', more: false },
])(
  'what somebody cuts off a master $moment is told as lost, and everything else is where it was',
  async ({ more }) => {
    const { recorder, dataDir } = await openOwnRecorder();
    const messages: ServerMessage[] = [];
    const connection = recorder.connect('cut', { send: (message) => void messages.push(message) });
    const say = (message: object) => connection.receiveText(JSON.stringify(message));
    const acked = async (seq: number): Promise<void> => {
      while (!messages.some((message) => message.type === 'ack' && message.seq === seq))
        await new Promise((resolve) => setImmediate(resolve));
    };
    const send = async (seq: number, from: number, to: number): Promise<void> => {
      await say({
        action: 'audio_chunk',
        seq,
        data: Buffer.from(audio.subarray(from, to)).toString('base64'),
      });
      await acked(seq);
    };
    void say({ action: 'start', format: 'wav' });
    await send(0, 0, 2 * SECOND);
    const folder = join(dataDir, 'recordings', 'cut');
    const [partial = ''] = (await readdir(folder)).filter((name) => name.endsWith('.wav.partial'));
    await truncate(join(folder, partial), 44 + SECOND / 2);
    if (more) await send(1, 2 * SECOND, 3 * SECOND);
    await say({ action: 'stop' });
    const lost = { track: 'user', start_frame: 4000 * 2, frames: 16_000 * 2 - 8000, cause: 'damaged' };
    const expected = 16_000 * (more ? 3 : 2);
    const report = { captured: expected - lost.frames, expected, gaps: [lost] };
    expect(messages.find(({ type }) => type === 'recording_stopped')).toMatchObject({ report });
    const session = await recorder.handlers['sessions.get']({ id: 'cut' });
    expect(session.parts[0]?.report).toMatchObject(report);
    const samples = await masterSamples(join(folder, partial.replace('.partial', '')));
    expect(samples.length).toBe(expected * 2);
    expect(samples.subarray(0, SECOND / 2).equals(audio.subarray(0, SECOND / 2))).toBe(true);
    expect(samples.subarray(2 * SECOND).equals(audio.subarray(2 * SECOND, expected * 2))).toBe(true);
  },
);
