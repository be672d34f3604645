import { basename } from 'node:path';
import { expectPlayable, mastersIn, samplesOf } from './master-files.ts';
import type { Pattern } from './pattern.ts';

/** What a sender knows of its session at the moment of a fault. */
export interface Sent {
  readonly id: string;
  readonly pattern: Pattern;
  readonly sampleRate: number;
  readonly sentFrames: number;
  readonly ackedFrames: number;
}

export interface VerifyOptions {
  /** Nothing may be unfinished any more. */
  readonly finished: boolean;
  /** Opening every file in every player takes a second; the content is compared all the same. */
  readonly skipPlayers?: boolean;
}

/**
 * Reads a session's masters in the order of their parts. Fails unless each opens in every player, they are together
 * exactly what was sent up to where they end, and hold every acknowledged frame.
 * @returns the frames they hold.
 */
export async function verifyMasters(
  folders: readonly string[],
  sent: Sent,
  { finished, skipPlayers = false }: VerifyOptions,
): Promise<number> {
  const { bytesPerFrame } = sent.pattern;
  const files = await mastersIn(folders, bytesPerFrame);
  if (!skipPlayers) await expectPlayable(files, bytesPerFrame);
  let frames = 0;
  let declaredFrames = 0;
  for (const file of files) {
    const name = `${sent.id}/${basename(file.path)}`;
    if (file.declaredBytes > file.dataBytes)
      throw new Error(`${name} claims ${file.declaredBytes} bytes of audio and has ${file.dataBytes}`);
    if (finished && (file.partial || !file.header || file.declaredBytes !== file.dataBytes))
      throw new Error(`${name} was left unfinished: ${JSON.stringify(file)}`);
    const difference = sent.pattern.firstDifference(await samplesOf(file), frames);
    if (difference !== undefined)
      throw new Error(
        `${name}, whose first frame should be ${frames}, differs from what was sent at ${difference}`,
      );
    frames += file.dataBytes / bytesPerFrame;
    declaredFrames += file.declaredBytes / bytesPerFrame;
  }
  if (frames > sent.sentFrames)
    throw new Error(`${sent.id} holds ${frames} frames of ${sent.sentFrames} sent`);
  if (declaredFrames < sent.ackedFrames)
    throw new Error(`${sent.id} plays ${declaredFrames} frames, ${sent.ackedFrames} were acknowledged`);
  return frames;
}
