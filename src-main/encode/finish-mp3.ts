import { openRegularFile } from '../disk/regular-file.ts';
import { renameDurably, syncFile } from '../disk/sync.ts';
import { chapterSpans } from './chapters.ts';
import type { Chapter } from './encoder.ts';
import { id3Chapters } from './id3-chapters.ts';
import { replaceFile } from '../disk/replace-file.ts';
import { verifyFile, type ExpectedFile } from './verify.ts';

const COPY_BYTES = 1024 * 1024;

/** Gives a complete MP3 its final name. With chapters, which stand before the audio, it is copied. */
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
    await renameDurably(partialPath, finalPath);
    return;
  }
  await replaceFile(
    finalPath,
    async (temporaryPath) => {
      const [from, to] = [await openRegularFile(partialPath), await openRegularFile(temporaryPath, 'r+')];
      try {
        await to.writeFile(tag);
        await to.writeFile(from.createReadStream({ highWaterMark: COPY_BYTES, autoClose: false }));
      } finally {
        await Promise.all([from.close(), to.close()]);
      }
    },
    (temporaryPath) => verifyFile(temporaryPath, expected),
  );
}
