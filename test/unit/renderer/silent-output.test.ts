import { expect, test } from 'vitest';
import type { ApiClient, ApiInput, ApiName, ApiOutput } from '../../../src-main/contract/api.ts';
import type { Result } from '../../../src-main/contract/errors.ts';
import type { SystemAudioStatus } from '../../../src-main/contract/system-audio.ts';
import { createLevelFeed } from '../../../src-renderer/recording/level-feed.ts';
import { createSilentOutput, type SoundElsewhere } from '../../../src-renderer/recording/silent-output.ts';

const SPEAKERS = { name: 'first', label: 'Built-in speakers' };
const HEADSET = { name: 'second', label: 'Headset' };

/** A computer whose call plays on one output, and a page that listens to another. */
function room() {
  let status: Partial<SystemAudioStatus> = { output: SPEAKERS, playing_elsewhere: [HEADSET] };
  let asked = 0;
  const waiting: (() => void)[] = [];
  const levels = createLevelFeed();
  const shown: (SoundElsewhere | null)[] = [];
  const api: ApiClient = {
    call: <Name extends ApiName>(name: Name, _: ApiInput<Name>) => {
      expect(name).toBe('system_audio.status');
      asked++;
      return Promise.resolve({ ok: true, value: status } as Result<ApiOutput<Name>>);
    },
  };
  const watch = createSilentOutput({
    api,
    levels,
    after: (_, action) => waiting.push(action),
    set: (elsewhere) => shown.push(elsewhere),
  });
  return {
    watch,
    hear: (peak: number) => levels.publish({ peak: [peak], rms: [peak], clipped: false }),
    /** Time passes until the next look. */
    async pass() {
      for (const action of waiting.splice(0)) action();
      await new Promise((resolve) => setImmediate(resolve));
    },
    set status(next: Partial<SystemAudioStatus>) {
      status = next;
    },
    get asked() {
      return asked;
    },
    get shown() {
      return shown.at(-1);
    },
  };
}

test('a call that plays on another output is named once the own one has been silent for a while', async () => {
  const there = room();
  there.watch.start();
  there.hear(0);
  await there.pass();
  expect(there.asked, 'a pause for breath').toBe(0);
  there.hear(0);
  await there.pass();
  expect(there.shown).toEqual({ playing: HEADSET, listening: SPEAKERS });
  there.hear(0.2);
  expect(there.shown, 'sound is back').toBe(null);
});

test('nothing is asked while there is sound, and nothing is said where nothing else plays', async () => {
  const there = room();
  there.watch.start();
  for (let look = 0; look < 5; look++) {
    there.hear(0.2);
    await there.pass();
  }
  expect(there.asked).toBe(0);
  there.status = { output: SPEAKERS, playing_elsewhere: [] };
  for (let look = 0; look < 5; look++) await there.pass();
  expect(there.asked).toBeGreaterThan(0);
  expect(there.shown).toBe(null);
  // A shell that knows no outputs.
  there.status = {};
  await there.pass();
  expect(there.shown).toBe(null);
});

test('what is let go of asks no more', async () => {
  const there = room();
  there.watch.start();
  await there.pass();
  there.watch.stop();
  for (let look = 0; look < 5; look++) await there.pass();
  expect(there.asked).toBe(0);
  expect(there.shown).toBe(null);
});
