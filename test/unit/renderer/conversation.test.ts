import { expect, test } from 'vitest';
import type { ApiClient, ApiInput, ApiName, ApiOutput } from '../../../src-main/contract/api.ts';
import type { Result } from '../../../src-main/contract/errors.ts';
import { MAX_IMPORT_CHARACTERS } from '../../../src-main/contract/transcript.ts';
import { createConversationController } from '../../../src-renderer/store/conversation-controller.ts';

const SRT = '1\n00:00:00,000 --> 00:00:01,000\nhello\n';

function openConversation(answers: Partial<Record<ApiName, Result<unknown>>>) {
  const asked: { name: ApiName; input: unknown }[] = [];
  const api: ApiClient = {
    call: <Name extends ApiName>(name: Name, input: ApiInput<Name>) => {
      asked.push({ name, input });
      const value = { lines: [], speakers: {}, turns: [], revision: 1, peaks: [] };
      return Promise.resolve((answers[name] ?? { ok: true, value }) as Result<ApiOutput<Name>>);
    },
  };
  const conversation = createConversationController(api);
  return { conversation, asked, state: () => conversation.store.getState() };
}

test('text of a file is taken for the side it is of, and shown', async () => {
  const { conversation, asked } = openConversation({
    'sessions.transcript.import': { ok: true, value: { imported: 1 } },
  });
  await conversation.load('talk', ['user', 'assistant']);
  asked.length = 0;
  expect(await conversation.importText(new Blob([SRT]), 'assistant')).toBe(1);
  expect(asked).toEqual([
    {
      name: 'sessions.transcript.import',
      input: { id: 'talk', role: 'assistant', text: SRT, replace: true },
    },
    { name: 'sessions.conversation', input: { id: 'talk' } },
  ]);
});

test('a file that is no UTF-8 is sent as its bytes, and what became of it is at hand', async () => {
  const said = { imported: 1, encoding: 'windows-1252', skipped: 2 };
  const { conversation, asked, state } = openConversation({
    'sessions.transcript.import': { ok: true, value: said },
  });
  await conversation.load('talk', ['user']);
  for (const bytes of [
    Buffer.from(SRT.replace('hello', 'à bientôt'), 'latin1'),
    Buffer.from(`\ufeff${SRT}`, 'utf16le'),
    Buffer.from(SRT, 'utf16le'),
    Buffer.from('é'.repeat(50_000), 'latin1'),
  ]) {
    asked.length = 0;
    expect(await conversation.importText(new Blob([bytes]), 'user')).toBe(1);
    expect(asked[0]?.input).toEqual({
      id: 'talk',
      role: 'user',
      data: bytes.toString('base64'),
      replace: true,
    });
    expect(state().lastImport).toEqual(said);
  }
});

test('a file that is no text, too large or gone is told for what it is', async () => {
  const refusal = { code: 'INVALID_TRANSCRIPT', message: 'Expected SRT' } as const;
  const { conversation, state, asked } = openConversation({
    'sessions.transcript.import': { ok: false, error: refusal },
  });
  await conversation.load('talk', ['user']);
  expect(await conversation.importText(new Blob(['?']), 'user')).toBeNull();
  expect(state().problem).toEqual(refusal);
  asked.length = 0;
  const huge = Object.defineProperty(new Blob([]), 'size', { value: MAX_IMPORT_CHARACTERS + 1 });
  expect(await conversation.importText(huge, 'user')).toBeNull();
  expect(state().problem).toMatchObject({ code: 'INVALID_TRANSCRIPT' });
  const gone = Object.defineProperty(new Blob([SRT]), 'text', {
    value: () => Promise.reject(new Error('gone')),
  });
  expect(await conversation.importText(gone, 'user')).toBeNull();
  expect(state().problem).toMatchObject({ code: 'FILE_UNREADABLE' });
  expect(asked, 'neither was sent').toEqual([]);
});

test('new text of a session that is no longer open is not fetched', async () => {
  const { conversation, asked } = openConversation({});
  await conversation.load('talk', []);
  asked.length = 0;
  await conversation.refresh('lecture');
  expect(asked).toEqual([]);
  await conversation.refresh('talk');
  expect(asked.map(({ name }) => name)).toEqual(['sessions.conversation']);
});
