import { join } from 'node:path';
import type { RecordingFile } from '../contract/session-record.ts';
import type { CuePoint } from '../files/cue-chunks.ts';
import { isThere, moveAside } from '../files/set-aside.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import type { SessionSpec } from '../session/ports.ts';
import { openDelivery, type Delivery } from './delivery.ts';
import type { FileInMaking, PartContext } from './part-context.ts';
import type { PartFiles } from './part-file.ts';

/** True where copies or an amplified WAV are wanted besides the masters. */
export function hasCopy({ autoSave, format, gain }: SessionSpec): boolean {
  return autoSave && (format !== 'wav' || gain !== 1);
}

/** Moves aside any file that has the copy's name: an encoder overwrites without asking. */
export async function clearCopyNames(
  { deliveryName }: PartFiles,
  { spec: { session }, options: { folder } }: Pick<PartContext, 'spec' | 'options'>,
): Promise<void> {
  if (!hasCopy(session)) return;
  for (const name of [deliveryName, deliveryName + PARTIAL_SUFFIX]) await clearName(join(folder, name));
}

/** Moves aside any file that has taken, since the part began, a name that this recording needs. */
export async function clearName(path: string): Promise<void> {
  if (await isThere(path)) await moveAside(path);
}

/** Opens the copy that was asked for of one kind of file; undefined where its master is all. */
export async function openCopy(
  { deliveryName }: PartFiles,
  { spec: { session, warn }, options, signal }: PartContext,
): Promise<Delivery | undefined> {
  if (!hasCopy(session)) return undefined;
  return openDelivery({
    format: session.format,
    sampleRate: session.sampleRate,
    channels: session.channels,
    gain: session.gain,
    path: join(options.folder, deliveryName),
    mayExceed4GiB: options.mayExceed4GiB,
    mp3BitRate: options.mp3BitRate,
    encoder: options.encoder,
    signal,
    onLiveFailure: () =>
      warn(
        `Making the ${session.format.toUpperCase()} file stopped. Recording goes on, and the file is made from it at the end`,
      ),
  });
}

export interface FinishedMaster {
  readonly path: string;
  readonly byteSize: number;
  readonly dataBytes: number;
}

/**
 * Finishes the copy of a finished master.
 * @param isWhole false where the copy lacks audio of the master and must be made from it
 * @returns the copy while it is being made; undefined where there is nothing to copy
 */
export function finishCopy(
  delivery: Delivery | undefined,
  files: PartFiles,
  master: FinishedMaster,
  markers: readonly CuePoint[],
  context: PartContext,
  isWhole = true,
): FileInMaking | undefined {
  if (delivery === undefined) return undefined;
  const { dataBytes } = master;
  // No player opens an empty MP4 or MP3. The empty WAV is enough.
  if (dataBytes === 0) {
    void delivery.abandon().catch(() => undefined);
    return undefined;
  }
  const row = files.describe({ master: false, status: 'recording', dataBytes, byteSize: 0 });
  return { row, isExpected: true, done: makeCopy(delivery, files, master, markers, context, isWhole) };
}

async function makeCopy(
  delivery: Delivery,
  files: PartFiles,
  { path, dataBytes }: FinishedMaster,
  markers: readonly CuePoint[],
  { spec: { session, warn }, options: { folder, log }, signal }: PartContext,
  isWhole: boolean,
): Promise<RecordingFile> {
  const describe = (status: RecordingFile['status'], byteSize = 0): RecordingFile =>
    files.describe({ master: false, status, dataBytes, byteSize });
  try {
    await clearName(join(folder, files.deliveryName));
    const origin = isWhole
      ? await delivery.finish(path, markers)
      : await delivery.remake(path, markers).then(() => 'rebuilt' as const);
    if (origin === 'rebuilt')
      log('warn', 'the delivered copy was rebuilt from the master', { id: session.sessionId });
    return describe('completed', await statBytes(join(folder, files.deliveryName)));
  } catch (error) {
    if (signal.aborted) return describe('recording');
    log('error', 'the delivered copy could not be made', { id: session.sessionId, error });
    const failed = describe('failed');
    warn(
      `The ${session.format.toUpperCase()} file could not be made. The WAV recording is complete; export it again later`,
      failed.file_path,
    );
    return failed;
  }
}
