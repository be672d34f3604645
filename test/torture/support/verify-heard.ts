import type { Gap } from '../../../src-main/contract/capture-report.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { expectPlayable, mastersIn, samplesOf } from './master-files.ts';
import type { HeardChunk, PageEar, PageShape } from './page-ear.ts';

/** A killed page may have sent a little that nobody saw any more. */
const UNSEEN_SECONDS = 0.5;

export interface HeardSession {
  readonly folder: string;
  readonly shape: PageShape;
  /** The page that was killed, and the one that went on with its recording. */
  readonly pages: readonly PageEar[];
}

/**
 * Reads the master that pages recorded. Fails unless it opens in every player at its full length, holds every chunk
 * that was acknowledged, is where it holds one exactly what was sent, and silent where nothing was sent.
 * @returns the frames it holds; none where the recording was cut off before it had begun.
 */
export async function verifyHeard(
  { folder, shape, pages }: HeardSession,
  { finished }: { readonly finished: boolean },
): Promise<number> {
  for (const { problem } of pages) if (problem !== undefined) throw new Error(problem);
  const bytesPerFrame = 2 * shape.channels;
  const files = await mastersIn([folder], bytesPerFrame);
  const ackedFrames = Math.max(...pages.map((page) => page.ackedFrames));
  const [file] = files;
  if (file === undefined) {
    if (ackedFrames > 0) throw new Error(`${ackedFrames} frames were acknowledged and there is no master`);
    return 0;
  }
  if (files.length > 1) throw new Error(`expected one master, got ${files.length}`);
  await expectPlayable(files, bytesPerFrame);
  if (file.declaredBytes > file.dataBytes)
    throw new Error(`the master claims ${file.declaredBytes} bytes of audio and has ${file.dataBytes}`);
  if (finished && (file.partial || file.declaredBytes !== file.dataBytes))
    throw new Error(`the master was left unfinished: ${JSON.stringify(file)}`);
  if (file.declaredBytes / bytesPerFrame < ackedFrames)
    throw new Error(`${file.declaredBytes / bytesPerFrame} frames play, ${ackedFrames} were acknowledged`);
  const samples = await samplesOf(file);
  const frames = samples.length / bytesPerFrame;
  const kept = keptChunks(pages, frames);
  for (const { seq, startFrame, frames: length, samples: wanted } of kept) {
    const at = startFrame * bytesPerFrame;
    if (!samples.subarray(at, at + length * bytesPerFrame).equals(wanted))
      throw new Error(`chunk ${seq}, from frame ${startFrame} on, is not what was sent`);
    if (wanted.every((byte) => byte === 0)) throw new Error(`chunk ${seq} is silent, and the room was not`);
  }
  return frames;
}

/** Fails unless the session's report accounts for every frame of the master, and only what nobody sent is missing. */
export async function verifyReport(session: SessionRecord, heard: HeardSession): Promise<readonly Gap[]> {
  const { folder, shape, pages } = heard;
  const frames = await verifyHeard(heard, { finished: true });
  const [part, ...others] = session.parts;
  const report = part?.report;
  if (report === undefined || others.length > 0)
    throw new Error(`expected one part with a report, got ${JSON.stringify(session.parts)}`);
  const { gaps, captured, expected } = report;
  const missing = gaps.reduce((sum, gap) => sum + gap.frames, 0);
  if (expected !== frames || captured + missing !== frames)
    throw new Error(
      `the master has ${frames} frames, the report ${expected}: ${captured} captured, ${missing} missing`,
    );
  if (Math.round(session.duration_seconds * shape.sampleRate) !== frames)
    throw new Error(`the master has ${frames} frames, the session lasts ${session.duration_seconds} s`);
  const [file] = await mastersIn([folder], 2 * shape.channels);
  const samples = file === undefined ? Buffer.alloc(0) : await samplesOf(file);
  const accounted = new Uint8Array(frames);
  for (const gap of gaps) {
    const bytes = samples.subarray(
      gap.start_frame * 2 * shape.channels,
      (gap.start_frame + gap.frames) * 2 * shape.channels,
    );
    if (bytes.some((byte) => byte !== 0)) throw new Error(`there is sound in the gap ${JSON.stringify(gap)}`);
    accounted.fill(1, gap.start_frame, gap.start_frame + gap.frames);
  }
  for (const { seq, startFrame, frames: length } of keptChunks(pages, frames)) {
    if (accounted.subarray(startFrame, startFrame + length).includes(1))
      throw new Error(`chunk ${seq}, from frame ${startFrame} on, was sent, is there, and is called missing`);
    accounted.fill(2, startFrame, startFrame + length);
  }
  const unseen = accounted.reduce((count, of) => count + (of === 0 ? 1 : 0), 0);
  if (unseen > UNSEEN_SECONDS * shape.sampleRate)
    throw new Error(`${unseen} frames of the master are neither what was sent nor called missing`);
  return gaps;
}

/** The chunks that the engine took: what it has not got by the time the next page comes is lost. */
function keptChunks(pages: readonly PageEar[], frames: number): HeardChunk[] {
  return pages.flatMap(({ sent }, index) => {
    const next = pages[index + 1]?.sent[0]?.seq ?? Infinity;
    return sent.filter((chunk) => chunk.seq < next && chunk.startFrame + chunk.frames <= frames);
  });
}
