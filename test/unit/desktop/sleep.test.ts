import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { writeBeforeSleep } from '../../../src-main/desktop/sleep.ts';

function start() {
  const powerMonitor = new EventEmitter();
  const happened: string[] = [];
  let active: string[] = [];
  let noteActivity: (count: number) => void = () => undefined;
  let written = Promise.withResolvers<undefined>();
  writeBeforeSleep({
    powerMonitor,
    recorder: {
      activeSessions: () => active,
      onActivityChange(listener) {
        noteActivity = listener;
        return () => undefined;
      },
      makeDurable() {
        happened.push('write');
        written = Promise.withResolvers();
        return written.promise.then(() => undefined);
      },
    },
    delaySleep() {
      happened.push('hold');
      return () => happened.push('let go');
    },
    log: () => undefined,
  });
  return {
    powerMonitor,
    happened,
    record(...ids: string[]) {
      active = ids;
      noteActivity(ids.length);
    },
    async finishWriting(error?: Error) {
      if (error === undefined) written.resolve(undefined);
      else written.reject(error);
      await new Promise(setImmediate);
    },
  };
}

test('sleep is put off while anything records, and let go only once all of it is on the disk', async () => {
  const { powerMonitor, happened, record, finishWriting } = start();
  record('one');
  record('one', 'two');
  expect(happened).toEqual(['hold']);
  powerMonitor.emit('suspend');
  // Electron tells it twice.
  powerMonitor.emit('suspend');
  expect(happened).toEqual(['hold', 'write']);
  await finishWriting();
  expect(happened).toEqual(['hold', 'write', 'let go']);
  powerMonitor.emit('resume');
  expect(happened).toEqual(['hold', 'write', 'let go', 'hold']);
  record();
  expect(happened).toEqual(['hold', 'write', 'let go', 'hold', 'let go']);
});

test('a recording that ends while it is written holds sleep up until it is', async () => {
  const { powerMonitor, happened, record, finishWriting } = start();
  record('one');
  powerMonitor.emit('suspend');
  record();
  expect(happened).toEqual(['hold', 'write']);
  await finishWriting();
  expect(happened).toEqual(['hold', 'write', 'let go']);
});

test('a disk that fails holds sleep up no longer, and one without a recording is not put off', async () => {
  const { powerMonitor, happened, record, finishWriting } = start();
  powerMonitor.emit('resume');
  expect(happened).toEqual([]);
  record('one');
  powerMonitor.emit('suspend');
  await finishWriting(new Error('EIO'));
  expect(happened).toEqual(['hold', 'write', 'let go']);
});
