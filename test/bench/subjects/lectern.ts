import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type {
  FileEntry,
  ServerMessage,
  ServerMessageOf,
} from '../../../src-main/contract/server-messages.ts';
import { openRecorder } from '../../../src-main/open-recorder.ts';
import type { Recorder } from '../../../src-main/recorder.ts';
import { framingOf } from '../messages.ts';
import type { Scenario } from '../scenario.ts';
import { createFragmentReader } from './fragmented-mp4.ts';
import type { OpenSubject } from './subject.ts';

export function openBenchRecorder({ encoder, pace }: Scenario, folder: string): Promise<Recorder> {
  return openRecorder({
    dataDir: join(folder, 'data'),
    version: '0.0.0-bench',
    environment: encoder === 'built-in' ? {} : process.env,
    log: (level, message) => {
      // A stop that had to encode everything anew is another measurement.
      if (pace === 'encoder' && level !== 'info') throw new Error(message);
    },
    fileUrl: (id, name) => `http://localhost/api/sessions/${id}/files/${name}`,
  });
}

export function startMessage(scenario: Scenario): object {
  return {
    action: 'start',
    format: scenario.format,
    sample_rate: scenario.sampleRate,
    channels: scenario.channels,
    framing: framingOf(scenario),
    // 48 kHz stereo meets the size limit before the hour.
    on_limit: 'continue',
  };
}

/** Lectern itself: the session protocol in process, or whatever else `connect` leads to. */
export const openLectern: OpenSubject = async (scenario, folder) => {
  const recorder = await openBenchRecorder(scenario, folder);
  let stopped: ServerMessageOf<'recording_stopped'> | undefined;
  /** The copy, where it is not ready at once. */
  const late = Promise.withResolvers<FileEntry>();
  let failure: Error | undefined;
  let sent = 0;
  let acknowledged = 0;
  let onAck: (() => void) | undefined;

  const onMessage = (message: ServerMessage): void => {
    if (message.type === 'ack') {
      acknowledged = message.seq + 1;
      if (acknowledged === sent) onAck?.();
    } else if (message.type === 'recording_stopped') stopped = message;
    else if (message.type === 'file_completed') late.resolve(message.file);
    else if (message.type === 'error' && !message.code.endsWith('_LIMIT'))
      failure = new Error(message.message);
  };
  const connection = recorder.connect('new', { send: onMessage });
  await connection.receiveText(JSON.stringify(startMessage(scenario)));
  const folderOfSession = join(folder, 'data', 'recordings', connection.sessionId);
  let readFragments: (() => Promise<number>) | undefined;

  return {
    async receive(message) {
      if (typeof message === 'string') throw new Error('expected binary audio, got text');
      sent++;
      await connection.receiveBinary(message);
      if (failure !== undefined) throw failure;
    },
    written: () =>
      new Promise((resolve) => {
        onAck = resolve;
        if (acknowledged === sent) resolve();
      }),
    async encodedSeconds() {
      const path = await partialMp4(folderOfSession);
      if (path === undefined) return 0;
      readFragments ??= createFragmentReader(path);
      return readFragments();
    },
    async stop() {
      await connection.receiveText(JSON.stringify({ action: 'stop' }));
      const isLate = stopped?.pending?.some(({ format }) => format === scenario.format) ?? false;
      const file = isLate
        ? await late.promise
        : stopped?.files.find(({ format }) => format === scenario.format);
      if (file === undefined) throw failure ?? new Error(`no ${scenario.format} came of the stop`);
      const path = recorder.resolveFile(connection.sessionId, basename(file.file_path));
      if (path === undefined) throw new Error('the finished file is not in the catalog');
      return path;
    },
    async close() {
      connection.disconnect();
      await recorder.close();
    },
  };
};

/** Undefined until the encoder has opened it. */
async function partialMp4(folder: string): Promise<string | undefined> {
  const name = (await readdir(folder)).find((each) => each.endsWith('.mp4.partial'));
  return name === undefined ? undefined : join(folder, name);
}
