import { onTestFinished } from 'vitest';
import type { RecorderOptions } from '../../src-main/recorder.ts';
import { openTestRecorder } from './test-recorder.ts';

/** A real recorder in a folder of its own; after the test the one is closed and the other gone. */
export async function openOwnRecorder(overrides: Partial<RecorderOptions> = {}) {
  const opened = await openTestRecorder(overrides);
  onTestFinished(opened.dispose);
  return opened;
}
