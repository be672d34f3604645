import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';
import type { Encoder } from '../../src-main/encode/encoder.ts';
import { createWavHeader } from '../../src-main/audio/wav-header.ts';
import { measureSeconds } from '../../src-main/encode/measure-seconds.ts';
import { copyAsAfterKill } from './after-kill.ts';
import { openOwnRecorder } from './own-recorder.ts';
import { seededBytes } from './seeded-bytes.ts';
import { noEncoder } from './test-recorder.ts';

export const RATE = 48_000;
export const SECONDS = 30;
/** No zero byte, so that what damage has turned to zeros is told from it. */
export const audio = seededBytes(11, RATE * 2 * SECONDS).map((byte) => byte | 1);
export const far = seededBytes(12, RATE * 2 * SECONDS).map((byte) => byte | 1);

const header = createWavHeader({ sampleRate: RATE, channels: 1, mayExceed4GiB: false });

/** A master of these samples, with a header that agrees. */
export const wavOf = (samples: Uint8Array): Buffer =>
  Buffer.concat([header.forSizes(samples.length, 0), samples]);

export interface Killed {
  readonly dataDir: string;
  readonly folder: string;
  readonly partial: string;
}

export interface KilledOptions {
  readonly tracks?: readonly string[];
  readonly format?: string;
  readonly keepCatalog?: boolean;
  readonly record?: readonly string[];
  readonly encoder?: Encoder;
}

/** 30 s acknowledged, and then a kill. */
export async function killed({
  tracks = ['user'],
  format = 'wav',
  keepCatalog = true,
  record,
  encoder = noEncoder,
}: KilledOptions = {}): Promise<Killed> {
  const { recorder, dataDir } = await openOwnRecorder({ encoder });
  const connection = recorder.connect('talk', { send: () => undefined });
  const start = {
    action: 'start',
    format,
    sample_rate: RATE,
    tracks,
    placement: 'append',
    ...(record === undefined ? {} : { record }),
  };
  void connection.receiveText(JSON.stringify(start));
  for (let at = 0; at < audio.length; at += RATE)
    for (const track of tracks) {
      const pcm = track === 'user' ? audio : far;
      const data = Buffer.from(pcm.subarray(at, at + RATE)).toString('base64');
      await connection.receiveText(JSON.stringify({ action: 'audio_chunk', track, data }));
    }
  const folder = join(dataDir, 'recordings', 'talk');
  for (;;) {
    const names = (await readdir(folder)).filter((name) => /^(user|assistant).*\.wav\.partial$/.test(name));
    const sizes = await Promise.all(names.map(async (name) => (await readFile(join(folder, name))).length));
    const mixed = (await readdir(folder)).find((name) => name.startsWith('mixed'));
    const mixBytes = mixed === undefined ? Infinity : (await readFile(join(folder, mixed))).length;
    if (sizes.every((size) => size === 44 + audio.length) && mixBytes > audio.length - 2 * RATE) break;
  }
  if (format !== 'wav' && encoder !== noEncoder) await encoded(folder, format);
  const copy = await copyAsAfterKill(dataDir, { keepCatalog });
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  const killedFolder = join(copy, 'recordings', 'talk');
  const partial = (await readdir(killedFolder)).find((name) => /^user.*\.wav\.partial$/.test(name)) ?? '';
  return { dataDir: copy, folder: killedFolder, partial: join(killedFolder, partial) };
}

/** Waits until the encoder, too, has nearly all of it in its file. */
async function encoded(folder: string, format: string): Promise<void> {
  for (;;) {
    const name = (await readdir(folder)).find((entry) => entry.endsWith(`.${format}.partial`));
    if (name !== undefined && (await measureSeconds(join(folder, name))) > SECONDS - 3) return;
  }
}

/** Changes the bytes of the microphone's master, and gives what they are then. */
export async function damage(
  { partial }: Killed,
  change: (bytes: Buffer) => Buffer | undefined,
): Promise<Buffer> {
  const bytes = await readFile(partial);
  const damaged = change(bytes) ?? bytes;
  await writeFile(partial, damaged);
  return Buffer.from(damaged);
}

/** What the next launch makes of it. */
export async function recovered({ dataDir }: Killed, encoder = noEncoder) {
  const { recorder } = await openOwnRecorder({ dataDir, encoder });
  const session = await recorder.handlers['sessions.get']({ id: 'talk' });
  return { recorder, session, unfinished: recorder.unfinished };
}

export const masterIn = (killedOne: Killed, session: SessionRecord, type = 'user'): string =>
  join(
    killedOne.dataDir,
    'recordings',
    session.files.find((file) => file.master && file.type === type)?.file_path ?? 'no master',
  );

export const asideIn = async ({ folder }: Killed): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.includes('.aside'));

/** A bit flips. */
export const flip = (bytes: Buffer, at: number): void => {
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
};
