import { existsSync } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parsePartFileName } from '../../../src-main/files/session-folder.ts';
import { framesByPlayer } from './players.ts';

/** A master on disk, finished or not. */
export interface MasterFile {
  readonly path: string;
  readonly part: number;
  readonly partial: boolean;
  readonly header: boolean;
  readonly dataOffset: number;
  /** Bytes of samples that its header tells of. */
  readonly declaredBytes: number;
  /** Bytes of whole frames between the header and the file's end, or its cue points. */
  readonly dataBytes: number;
}

/** Every master of a session in these folders, by part. */
export async function mastersIn(folders: readonly string[], bytesPerFrame: number): Promise<MasterFile[]> {
  const found: MasterFile[] = [];
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of await readdir(folder)) {
      const parsed = parsePartFileName(basename(name, '.partial'));
      if (parsed === undefined || parsed.extension !== 'wav' || parsed.variant !== undefined) continue;
      found.push(await inspect(join(folder, name), parsed.part, bytesPerFrame));
    }
  }
  return found.toSorted((a, b) => a.part - b.part);
}

async function inspect(path: string, part: number, bytesPerFrame: number): Promise<MasterFile> {
  const partial = path.endsWith('.partial');
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(80);
    await file.read(head, 0, 80, 0);
    const at = head.indexOf('data', 12, 'latin1');
    if (at === -1 || size < at + 8)
      return { path, part, partial, header: false, dataOffset: 0, declaredBytes: 0, dataBytes: 0 };
    const dataOffset = at + 8;
    const declaredBytes = head.readUInt32LE(at + 4);
    const behind = Buffer.alloc(4);
    await file.read(behind, 0, 4, dataOffset + declaredBytes);
    const present = behind.toString('latin1') === 'cue ' ? declaredBytes : size - dataOffset;
    const dataBytes = present - (present % bytesPerFrame);
    return { path, part, partial, header: true, dataOffset, declaredBytes, dataBytes };
  } finally {
    await file.close();
  }
}

export async function samplesOf({ path, dataOffset, dataBytes }: MasterFile): Promise<Buffer> {
  return (await readFile(path)).subarray(dataOffset, dataOffset + dataBytes);
}

/** Fails unless every file opens in four players, and all of them find in it what its header tells of. */
export async function expectPlayable(files: readonly MasterFile[], bytesPerFrame: number): Promise<void> {
  const readable = files.filter(({ header }) => header);
  const players = await framesByPlayer(readable.map(({ path }) => path));
  readable.forEach((file, index) => {
    const frames = file.declaredBytes / bytesPerFrame;
    for (const [player, found] of Object.entries(players[index] ?? {}))
      // ffmpeg takes a header that counts nothing for one that does not know, and reads to the end.
      if (found !== frames && !(frames === 0 && found <= file.dataBytes / bytesPerFrame))
        throw new Error(
          `expected ${player} to find ${frames} frames in ${basename(file.path)}, it found ${found}`,
        );
  });
}
