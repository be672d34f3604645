import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type SessionRecord, sessionRecordSchema } from '../../../src-main/contract/session-record.ts';
import type { EngineProcess } from './engine-process.ts';
import type { PageEar } from './page-ear.ts';
import { decodedSeconds, decodingComplaints } from './players.ts';
import { type HeardSession, verifyReport } from './verify-heard.ts';

/** How long the engine waits for a page to come back, and then some. */
const FINALISED_WITHIN_MS = 60_000;
/** What an encoder adds at the ends. */
const ENCODED_WITHIN_MS = 70;

export interface Killed extends HeardSession {
  readonly engine: Pick<EngineProcess, 'url' | 'token'>;
  readonly recordingsDir: string;
  readonly ear: PageEar;
}

export interface ComeBack {
  /** Frames of the killed page that the engine had. */
  readonly heldFrames: number;
  /** By how much what was heard then is out of its place; nothing where time did not count, or all was over. */
  readonly offClockMs?: number;
}

/**
 * Goes on with the recording on another page, as its user would, and stops it. Resolves to nothing where the killed
 * page had not yet written down that there is one, and it is not over either; then nobody comes back to it.
 */
export async function goOnAfterKill(
  killed: Killed,
  page: Page,
  ear: PageEar,
  goOnForMs: number,
): Promise<ComeBack | undefined> {
  if (!ear.foundRecording) {
    const isOver = (await readSession(killed))?.status === 'completed';
    return isOver ? { heldFrames: await verifyEnded(killed, ['completed']) } : undefined;
  }
  const button = (name: RegExp) => page.getByRole('button', { name });
  const saved = page.getByRole('group', { name: 'Saved' });
  // Whichever comes first: a second look could see something else.
  const standing = await Promise.any([
    saved.waitFor().then(() => 'over'),
    button(/^Resume/)
      .waitFor()
      .then(() => 'paused'),
    page
      .getByText(/Recording goes on; .* are missing/)
      .waitFor()
      .then(() => 'goes on'),
  ]);
  if (standing === 'over') return { heldFrames: await verifyEnded(killed, ['completed']) };

  const wasPaused = standing === 'paused';
  if (wasPaused) await button(/^Resume/).click();
  await ear.commanded('record');
  await delay(goOnForMs);
  await button(/^Stop/).click();
  await saved.waitFor();

  const { shape } = killed;
  const pages = [killed.ear, ear];
  const session = await readSession(killed);
  if (session?.status !== 'completed')
    throw new Error(`expected a completed session, got ${session?.status}`);
  const gaps = await verifyReport(session, { ...killed, pages });
  await verifyCopy(killed, session);
  const [first] = ear.sent;
  if (first === undefined) throw new Error('the page that went on sent nothing');
  const hole = gaps.find(({ cause }) => cause === 'disconnected');
  if (wasPaused) return { heldFrames: hole?.start_frame ?? first.startFrame };
  if (hole === undefined || hole.start_frame + hole.frames !== first.startFrame)
    throw new Error(`expected a hole up to frame ${first.startFrame}, got ${JSON.stringify(gaps)}`);
  if (gaps.length === 1)
    await page
      .getByText(/missing at \d+:\d\d: page closed or connection lost/)
      .first()
      .waitFor();
  const { firstChunkAtMs: atMs } = ear;
  if (atMs === undefined) throw new Error('the page that went on captured nothing');
  const offClockMs = ((first.startFrame - killed.ear.frameAt(atMs)) / shape.sampleRate) * 1000;
  return { heldFrames: hole.start_frame, offClockMs: Math.abs(offClockMs) };
}

/** Waits until a recording that nobody comes back to is final. Fails unless it holds what it held then. */
export async function verifyAbandoned(killed: Killed, frames: number): Promise<void> {
  const deadlineMs = performance.now() + FINALISED_WITHIN_MS;
  while ((await readSession(killed))?.status === 'recording') {
    if (performance.now() > deadlineMs) throw new Error('the session is still recording');
    await delay(250);
  }
  const then = await verifyEnded(killed, ['interrupted', 'completed']);
  if (then !== frames) throw new Error(`it held ${frames} frames after the kill and has ${then}`);
}

/** @returns the frames that the session holds, which is over; none where it had not begun. */
async function verifyEnded(killed: Killed, statuses: readonly string[]): Promise<number> {
  const session = await readSession(killed);
  if (session === undefined) return 0;
  if (!statuses.includes(session.status))
    throw new Error(`expected the session to be ${statuses.join(' or ')}, it is ${session.status}`);
  await verifyReport(session, killed);
  await verifyCopy(killed, session);
  return Math.round(session.duration_seconds * killed.shape.sampleRate);
}

async function verifyCopy({ recordingsDir }: Killed, session: SessionRecord): Promise<void> {
  if (session.format !== 'mp4') return;
  const copies = session.files.filter(({ master }) => !master);
  if (copies.length === 0 && session.duration_seconds > 0) throw new Error('there is no MP4');
  for (const { file_path, status, duration_ms } of copies.filter((file) => file.duration_ms > 0)) {
    if (status !== 'completed') throw new Error(`${file_path} is ${status}`);
    const complaints = await decodingComplaints(join(recordingsDir, file_path));
    if (complaints !== '') throw new Error(`${file_path} does not decode: ${complaints}`);
    const differenceMs = (await decodedSeconds(join(recordingsDir, file_path))) * 1000 - duration_ms;
    if (Math.abs(differenceMs) > ENCODED_WITHIN_MS)
      throw new Error(`${file_path} is ${differenceMs} ms off its master's ${duration_ms} ms`);
  }
}

async function readSession({ engine, ear }: Killed): Promise<SessionRecord | undefined> {
  const headers = { authorization: `Bearer ${engine.token}` };
  const answer = await fetch(new URL(`/api/sessions/${ear.sessionId ?? 'none'}`, engine.url), { headers });
  return answer.status === 404 ? undefined : sessionRecordSchema.parse(await answer.json());
}
