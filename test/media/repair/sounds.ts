import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Speech of about 8 s at 22.05 kHz. */
export async function speak(path: string, voice = 'en-us'): Promise<void> {
  const text =
    'Good morning, thank you for calling. How may I help you with your order today? ' +
    'Please hold while I look up the account number, it should not take more than a minute.';
  await run('espeak-ng', ['-v', voice, '-w', path, text]);
}

export const sox = (...args: readonly string[]) => run('sox', ['-R', '-D', ...args]);
export const ffmpeg = (...args: readonly string[]) => run('ffmpeg', ['-v', 'error', '-y', ...args]);

/** Samples as ffmpeg decodes them, 16-bit. Rejects where it finds fault. */
export async function decodedPcm(path: string): Promise<Buffer> {
  const args = ['-v', 'error', '-xerror', '-i', path, '-map', '0:a:0', '-f', 's16le', '-'];
  return (await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 2 ** 28 })).stdout;
}

export async function durationSeconds(path: string): Promise<number> {
  const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path];
  return Number((await run('ffprobe', args)).stdout);
}
