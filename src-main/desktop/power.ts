import { powerSaveBlocker } from 'electron';
import type { Recorder } from '../recorder.ts';

/** Keeps the computer from sleeping while anything records; the screen may go dark. */
export function stayAwakeWhileRecording(recorder: Pick<Recorder, 'onActivityChange'>): void {
  let blocker: number | undefined;
  recorder.onActivityChange((active) => {
    if (active > 0 && blocker === undefined) {
      blocker = powerSaveBlocker.start('prevent-app-suspension');
    } else if (active === 0 && blocker !== undefined) {
      powerSaveBlocker.stop(blocker);
      blocker = undefined;
    }
  });
}
