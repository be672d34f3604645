import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readWav } from '../../support/read-wav.ts';

const run = promisify(execFile);

const WITH_PYTHON = `
import sys, wave
for path in sys.argv[1:]:
    with wave.open(path) as file:
        frames = file.getnframes()
        print(len(file.readframes(frames)) // (file.getsampwidth() * file.getnchannels()))
`;

/** Frames that each of four readers, none of them ours, finds in a WAV; rejects where one cannot open it. */
export async function framesByPlayer(
  paths: readonly string[],
): Promise<readonly Readonly<Record<string, number>>[]> {
  if (paths.length === 0) return [];
  const python = run('python3', ['-c', WITH_PYTHON, ...paths]).then(({ stdout }) =>
    stdout.trim().split('\n'),
  );
  return Promise.all(
    paths.map(async (path, index) => {
      const { samples, numChannels } = await readWav(path);
      const [ffprobe, sox, pythonLines] = await Promise.all([
        framesByFfprobe(path),
        framesBySox(path, numChannels),
        python,
      ]);
      return {
        ffprobe,
        sox,
        python: Number(pythonLines[index]),
        wavefile: samples.length / (2 * numChannels),
      };
    }),
  );
}

async function framesByFfprobe(path: string): Promise<number> {
  const wanted = ['-show_entries', 'stream=duration_ts', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', ['-v', 'error', '-f', 'wav', ...wanted, path]);
  // It says N/A for a WAV without a sample.
  return Number(/\d+/.exec(stdout)?.[0] ?? 0);
}

async function framesBySox(path: string, channels: number): Promise<number> {
  const { stdout, stderr } = await run('sox', ['-t', 'wav', path, '-t', 's16', '-'], {
    encoding: 'buffer',
    maxBuffer: 1024 * 1024 * 1024,
  });
  if (stderr.length > 0)
    throw new Error(`expected sox to read ${path} without complaint, it said ${stderr.toString()}`);
  return stdout.length / (2 * channels);
}

/** Seconds of audio that ffmpeg decodes from a file of any format, 0 where there is none. */
export async function decodedSeconds(path: string): Promise<number> {
  const { stdout } = await run(
    'ffmpeg',
    ['-v', 'quiet', '-i', path, '-f', 's16le', '-ar', '16000', '-ac', '1', '-'],
    { encoding: 'buffer', maxBuffer: 1024 * 1024 * 1024 },
  ).catch(() => ({ stdout: Buffer.alloc(0) }));
  return stdout.length / 32_000;
}

/** What ffmpeg complains of when it decodes a whole file; empty for a sound one. */
export async function decodingComplaints(path: string): Promise<string> {
  return run('ffmpeg', ['-v', 'warning', '-xerror', '-i', path, '-f', 'null', '-']).then(
    ({ stderr }) => stderr.trim(),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
