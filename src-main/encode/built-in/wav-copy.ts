import { applyGain } from '../../audio/gain.ts';
import { recreateFile } from '../../disk/regular-file.ts';
import type { WavMaster } from '../wav-master.ts';

/** Copies a master byte for byte, its samples with gain. Cue points and other chunks stay as they are. */
export async function copyWav(
  master: WavMaster,
  path: string,
  gain: number,
  onFraction: (fraction: number) => void,
): Promise<void> {
  const output = await recreateFile(path);
  try {
    const dataEnd = master.dataOffset + master.dataBytes;
    for await (const bytes of master.readRange(0, master.dataOffset)) await output.writeFile(bytes);
    let done = 0;
    for await (const pcm of master.read()) {
      await output.writeFile(applyGain(pcm, gain));
      done += pcm.length;
      onFraction(done / master.dataBytes);
    }
    for await (const bytes of master.readRange(dataEnd, master.fileBytes)) await output.writeFile(bytes);
  } finally {
    await output.close();
  }
}
