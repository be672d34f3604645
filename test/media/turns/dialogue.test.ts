import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readSessionFile } from '../../../src-main/files/session-file.ts';
import type { ServerMessageOf } from '../../../src-main/contract/server-messages.ts';
import { conversationRows } from '../../support/conversation-rows.ts';
import { G711_MULAW } from '../../support/g711-table.ts';
import { examineMix, referenceMix } from '../../support/mix-reference.ts';
import type { ProtocolClient } from '../../support/protocol-client.ts';
import { openWebSocketHost, type ProtocolHost } from '../../support/protocol-hosts.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { createDialogue, lineAt, type TrueTurn } from '../../support/sound/dialogue.ts';
import { expectTurns } from '../../support/sound/expect-turns.ts';
import { encodeMulaw } from '../../support/sound/mulaw-line.ts';
import { addSounds, throughRoom } from '../../support/sound/room.ts';
import { sendDialogue, type SendDialogueOptions } from '../../support/sound/send-dialogue.ts';
import { TELEPHONE_CALL, TELEPHONE_CALL_SECONDS } from '../../support/sound/telephone-call.ts';

let host: ProtocolHost;
afterEach(() => host.dispose());

const turnOf = ({ role, start_ms, end_ms, interrupted }: ServerMessageOf<'turn_ended'>): TrueTurn => ({
  role,
  start: start_ms / 1000,
  end: end_ms / 1000,
  interrupted,
});

/** Resolves once the engine has dealt with everything sent. */
async function heardAll(client: ProtocolClient): Promise<void> {
  client.say({ action: 'status' });
  await client.next('status');
}

/** Records the call, and looks at its turns as they were told and as they were written down. */
async function recordCall(
  rate: number,
  options: SendDialogueOptions | ((client: ProtocolClient) => SendDialogueOptions),
) {
  const dialogue = createDialogue(TELEPHONE_CALL, { rate, seconds: TELEPHONE_CALL_SECONDS });
  host = await openWebSocketHost();
  const client = await host.connect('call');
  const stopped = await sendDialogue(
    client,
    dialogue,
    typeof options === 'function' ? options(client) : options,
  );
  const told = client.received.flatMap((message) => (message.type === 'turn_ended' ? [turnOf(message)] : []));
  expectTurns(told, dialogue.turns);
  const record = await readSessionFile(join(host.dataDir, 'recordings', 'call'));
  expect(
    record?.segments.map(({ role, start_ms, interrupted }) => [role, start_ms / 1000, interrupted]),
  ).toEqual(told.map(({ role, start, interrupted }) => [role, start, interrupted]));
  return { dialogue, stopped };
}

test.for([-12, -35])(
  'where the microphone hears the far side at %i dB, each turn is there once, with its text',
  async (decibels) => {
    const { tracks, ...call } = createDialogue(TELEPHONE_CALL, {
      rate: 16_000,
      seconds: TELEPHONE_CALL_SECONDS,
    });
    const heard = throughRoom(tracks.assistant, {
      rate: 16_000,
      decibels,
      delaySeconds: 0.12,
      ringingSeconds: 0.3,
    });
    const dialogue = { ...call, tracks: { ...tracks, user: addSounds(tracks.user, heard) } };
    host = await openWebSocketHost();
    const client = await host.connect('room');
    await sendDialogue(client, dialogue, {
      beforeStop: async () => {
        await heardAll(client);
        for (const message of client.received)
          if (message.type === 'turn_started') {
            const { role, turn_id } = message;
            client.say({ action: 'transcript', role, turn_id, text: `heard in ${role}` });
          }
      },
    });
    const ended = client.received.flatMap((message) => (message.type === 'turn_ended' ? [message] : []));
    expect(ended.filter(({ bleed }) => bleed).map(({ role }) => role)).toContain('user');
    const own = ended.filter(({ bleed }) => bleed !== true);
    expectTurns(own.map(turnOf), dialogue.turns);
    const record = await readSessionFile(join(host.dataDir, 'recordings', 'room'));
    expect(record?.segments.map(({ bleed }) => bleed)).toEqual(ended.map(({ bleed }) => bleed === true));
    const rows = conversationRows(host.dataDir, 'room');
    expect(rows).toHaveLength(own.length);
  },
);

async function masters({ files }: ServerMessageOf<'recording_stopped'>) {
  const read = async (wanted: string): Promise<Buffer> => {
    const file = files.find(({ type, format }) => type === wanted && format === 'wav');
    return masterSamples(join(host.dataDir, 'recordings', file?.file_path ?? ''));
  };
  const [user, assistant, mixed] = await Promise.all(['user', 'assistant', 'mixed'].map(read));
  return { user, assistant, mixed };
}

test('every turn of a call is found, every interruption and no other, and the mix is both sides', async () => {
  const { dialogue, stopped } = await recordCall(16_000, { chunkSeconds: 0.02, lagSeconds: -7 });
  const { user, assistant, mixed } = await masters(stopped);
  const sides = [Buffer.from(dialogue.tracks.user.buffer), Buffer.from(dialogue.tracks.assistant.buffer)];
  expect([user?.equals(sides[0] ?? Buffer.alloc(0)), assistant?.equals(sides[1] ?? Buffer.alloc(0))]).toEqual(
    [true, true],
  );
  expect(mixed?.equals(referenceMix(sides, 16_000))).toBe(true);
  const { altered, shares } = examineMix(mixed ?? Buffer.alloc(0), sides, 16_000);
  expect(altered).toBe(0);
  for (const share of shares) expect(share).toBeGreaterThan(0.97);
});

test('the same in whole seconds, with the far side eight seconds late, and from a 48 kHz microphone', async () => {
  await recordCall(48_000, { chunkSeconds: 1, lagSeconds: 8 });
});

test('a telephone call with a live recogniser reads like its script, each line with its turn', async () => {
  const { dialogue, stopped } = await recordCall(8000, (client) => ({
    encoding: 'mulaw',
    start: { profile: 'Call', auto_save: false },
    beforeStop: async () => {
      await heardAll(client);
      for (const message of client.received) {
        if (message.type !== 'turn_started') continue;
        const { role, turn_id, start_ms } = message;
        client.say({
          action: 'transcript',
          role,
          turn_id,
          text: lineAt(TELEPHONE_CALL, role, start_ms / 1000).text,
        });
      }
    },
  }));
  const { user, assistant } = await masters(stopped);
  const heard = (samples: Int16Array) =>
    Buffer.from(Int16Array.from(encodeMulaw(samples), (byte) => G711_MULAW[byte] ?? NaN).buffer);
  expect(user?.equals(heard(dialogue.tracks.user))).toBe(true);
  expect(assistant?.equals(heard(dialogue.tracks.assistant))).toBe(true);

  const rows = conversationRows(host.dataDir, 'call');
  expect(rows.map(({ role, text }) => `${role}: ${text}`)).toEqual(
    TELEPHONE_CALL.map(({ role, text }) => `${role}: ${text}`),
  );
  for (const [index, row] of rows.entries()) {
    const interrupted = TELEPHONE_CALL[index]?.interrupted === true ? 1 : 0;
    expect([row.text, row.transcript_interrupted, row.audio_interrupted]).toEqual([
      row.text,
      interrupted,
      interrupted,
    ]);
    expect(row.audio_url).toMatch(/^\/api\/sessions\/call\/segments\/[0-9a-f-]{36}\.wav$/);
  }
  const found = await host.ask?.('GET', '/api/search?query=warehouse');
  expect(found?.body).toMatchObject({ total: 1 });
  expect(JSON.stringify(found?.body)).toContain('parcel');
});
