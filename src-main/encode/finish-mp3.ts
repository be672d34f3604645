import { createReadStream } from 'node:fs';
import { appendFile, rename } from 'node:fs/promises';
import { chapterSpans } from './chapters.ts';
import type { Chapter } from './encoder.ts';
import { id3Chapters } from './id3-chapters.ts';
import { replaceFile, syncFile } from './replace-file.ts';
import { verifyFile, type ExpectedFile } from './verify.ts';

/** Gives a whole, growing-no-more MP3 its final name; with chapters, which stand before the audio, as a copy. */
export async function finishLiveMp3(
  partialPath: string,
  finalPath: string,
  expected: ExpectedFile,
  chapters: readonly Chapter[],
): Promise<void> {
  const tag = id3Chapters(chapterSpans(chapters, expected.seconds));
  if (tag.length === 0) {
    await verifyFile(partialPath, expected);
    await syncFile(partialPath);
    await rename(partialPath, finalPath);
    return;
  }
  await replaceFile(
    finalPath,
    async (temporaryPath) => {
      await appendFile(temporaryPath, tag);
      const pieces: AsyncIterable<Buffer> = createReadStream(partialPath, { highWaterMark: 1024 * 1024 });
      for await (const piece of pieces) await appendFile(temporaryPath, piece);
    },
    (temporaryPath) => verifyFile(temporaryPath, expected),
  );
}
