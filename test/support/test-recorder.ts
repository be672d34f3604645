import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Encoder } from '../../src-main/encode/encoder.ts';
import { createRecorder, type Recorder, type RecorderOptions } from '../../src-main/recorder.ts';
import type { Clock } from '../../src-main/runtime/clock.ts';
import { conformingHandlers } from './conforming-handlers.ts';

/** An encoder for tests of everything else: it has no formats and every job fails. */
export const noEncoder: Encoder = {
  info: { kind: 'built-in', source: 'none', version: '0', formats: ['wav'] },
  startLive: () => ({
    write: () => undefined,
    queuedBytes: 0,
    failure: new Error('no encoder'),
    finish: () => Promise.reject(new Error('no encoder')),
    abort: () => Promise.resolve(),
  }),
  encodeFile: () => Promise.reject(new Error('no encoder')),
  close: () => Promise.resolve(),
};

export const systemClock: Clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** A busy machine makes any copy late; what is not a test of that waits for them, so that every answer is whole. */
const COPY_GRACE_MS = 60_000;

/** A real recorder in a folder of its own. */
export async function openTestRecorder(
  overrides: Partial<RecorderOptions> = {},
): Promise<{ recorder: Recorder; dataDir: string; dispose: () => Promise<void> }> {
  const dataDir = overrides.dataDir ?? (await mkdtemp(join(tmpdir(), 'lectern-test-')));
  const recorder = await createRecorder({
    dataDir,
    version: '0.0.0-test',
    shell: 'browser',
    encoder: noEncoder,
    clock: systemClock,
    log: () => undefined,
    fileUrl: (id, name) => `http://localhost/api/sessions/${id}/files/${name}`,
    moveToTrash: (path) => rm(path, { recursive: true }),
    reveal: () => Promise.resolve(),
    samplePath: join(import.meta.dirname, '../../resources/sample-speech.wav'),
    copyGraceMs: COPY_GRACE_MS,
    ...overrides,
  });
  return {
    // In its place: others of its properties are looked up each time.
    recorder: Object.assign(recorder, { handlers: conformingHandlers(recorder.handlers) }),
    dataDir,
    dispose: async () => {
      await recorder.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
