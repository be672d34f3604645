import { expect, test } from 'vitest';
import {
  createRecordingMemory,
  type RememberedRecording,
} from '../../../src-renderer/session/recording-memory.ts';

/** The pages of one browser: they share what is stored, and the real Web Locks. */
function openBrowser() {
  const values = new Map<string, string>();
  const storage: Storage = {
    get length() {
      return values.size;
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
    clear: () => values.clear(),
  };
  return {
    values,
    openPage() {
      const delayed: (() => void)[] = [];
      const page = createRecordingMemory({
        storage,
        locks: navigator.locks,
        onStorage: () => {},
        after: (_, action) => void delayed.push(action),
      });
      return { page, delayed };
    },
  };
}

const recording = (sessionId: string): RememberedRecording => ({
  sessionId,
  format: 'wav',
  sampleRate: 16_000,
  channels: 1,
  sources: [{ track: 'user', device_id: 'a', label: 'A' }],
});

async function untilStored(values: Map<string, string>, count: number): Promise<void> {
  while (values.size !== count) await new Promise((resolve) => setImmediate(resolve));
}

test('a recording is not taken from a page that lives', async () => {
  const browser = openBrowser();
  const first = browser.openPage();
  first.page.remember(recording('mine'));
  await untilStored(browser.values, 1);
  const second = browser.openPage();
  expect(await second.page.adopt()).toBeUndefined();
  expect(await second.page.elsewhere()).toBe(1);
  expect(await first.page.elsewhere()).toBe(0);
  first.page.forget('mine');
});

test('a recording that was stopped is nobody’s, and the other page hears of it', async () => {
  const browser = openBrowser();
  const first = browser.openPage();
  first.page.remember(recording('stopped'));
  await untilStored(browser.values, 1);
  const second = browser.openPage();
  const changed = new Promise<void>((resolve) => second.page.onChange(resolve));
  await second.page.elsewhere();
  first.page.forget('stopped');
  while (second.delayed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  for (const action of second.delayed) action();
  await changed;
  expect(await second.page.adopt()).toBeUndefined();
  expect(await second.page.elsewhere()).toBe(0);
});

test('a recording whose page has gone is taken up by the next, once', async () => {
  const browser = openBrowser();
  // What a page wrote that crashed: the browser has taken its lock back.
  browser.values.set('lectern.recording.left', JSON.stringify(recording('left')));
  const second = browser.openPage();
  const third = browser.openPage();
  expect(await second.page.adopt()).toEqual(recording('left'));
  expect(await third.page.adopt()).toBeUndefined();
  second.page.forget('left');
});

test('what an older or foreign page has stored is passed over', async () => {
  const browser = openBrowser();
  browser.values.set('lectern.recording.odd', '{"sessionId":7}');
  browser.values.set('lectern.recording.torn', '{"sess');
  expect(await browser.openPage().page.adopt()).toBeUndefined();
});
