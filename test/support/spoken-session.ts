import type { ServerMessage } from '../../src-main/contract/server-messages.ts';
import type { Recorder } from '../../src-main/recorder.ts';

/** 16 kHz, mono, 16 bits. */
const BYTES_PER_SECOND = 32_000;

/** A session that a test speaks itself: seconds of audio, whose turns it announces. */
export interface SpokenSession {
  readonly received: ServerMessage[];
  say(action: object): Promise<void>;
  /** Records so many seconds of silence. */
  pass(seconds: number): Promise<void>;
  /** Records a turn of so many seconds, and the text that comes before its end. */
  turn(seconds: number, ...texts: string[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startSpokenSession(
  recorder: Recorder,
  id: string,
  start: object = {},
): Promise<SpokenSession> {
  const received: ServerMessage[] = [];
  const connection = recorder.connect(id, { send: (message) => received.push(message) });
  const say = (action: object): Promise<void> => connection.receiveText(JSON.stringify(action));
  const pass = async (seconds: number): Promise<void> => {
    const chunk = Buffer.alloc(BYTES_PER_SECOND / 10);
    for (let tenth = 0; tenth < Math.round(seconds * 10); tenth++) await connection.receiveBinary(chunk);
  };
  await say({ action: 'start', format: 'wav', ...start });
  return {
    received,
    say,
    pass,
    async turn(seconds, ...texts) {
      await say({ action: 'vad_start' });
      await pass(seconds);
      for (const text of texts) await say({ action: 'transcript', role: 'user', text });
      await say({ action: 'vad_stop' });
    },
    stop: () => say({ action: 'stop' }),
  };
}
