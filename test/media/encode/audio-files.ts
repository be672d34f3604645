import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

export { tone } from './tone.ts';

const run = promisify(execFile);

export async function writeWav(
  path: string,
  pcm: Uint8Array,
  sampleRate: number,
  channels: number,
): Promise<void> {
  const header = Buffer.alloc(44);
  header.write('RIFF').toString();
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(pcm.length, 40);
  await writeFile(path, Buffer.concat([header, pcm]));
}

const probeSchema = z.object({
  streams: z.array(
    z.object({
      codec_type: z.string(),
      codec_name: z.string().optional(),
      profile: z.string().optional(),
      sample_rate: z.coerce.number().optional(),
      channels: z.number().optional(),
      bit_rate: z.coerce.number().optional(),
    }),
  ),
  format: z.object({ duration: z.coerce.number() }),
  chapters: z.array(z.object({ start_time: z.coerce.number(), tags: z.object({ title: z.string() }) })),
});

/** What ffprobe reads. */
export async function probe(path: string) {
  const args = ['-v', 'error', '-show_streams', '-show_format', '-show_chapters', '-of', 'json', path];
  const { streams, format, chapters } = probeSchema.parse(JSON.parse((await run('ffprobe', args)).stdout));
  const audio = streams.find((stream) => stream.codec_type === 'audio');
  return {
    codec: audio?.codec_name,
    profile: audio?.profile,
    sampleRate: audio?.sample_rate ?? 0,
    channels: audio?.channels,
    bitRate: audio?.bit_rate,
    durationSeconds: format.duration,
    chapters: chapters.map(({ start_time, tags }) => ({ seconds: start_time, label: tags.title })),
  };
}

/** The first channel as ffmpeg decodes it, at the file's own rate. Rejects where ffmpeg finds fault. */
export const decode = (path: string): Promise<Int16Array> => decodeWith(['-xerror'], path);

/** The same of a file that ends abruptly. */
export const decodeLeniently = (path: string): Promise<Int16Array> => decodeWith([], path);

async function decodeWith(options: readonly string[], path: string): Promise<Int16Array> {
  const { channels = 1 } = await probe(path);
  const args = ['-v', 'error', ...options, '-i', path, '-map', '0:a', '-f', 's16le', '-'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 2 ** 28 });
  const all = new Int16Array(new Uint8Array(stdout).buffer);
  return Int16Array.from({ length: all.length / channels }, (_, frame) => all[frame * channels] ?? 0);
}

/** The amplitude of the 1 kHz part of a stretch, and the RMS of everything else in it. */
export function measureTone(samples: Int16Array, sampleRate: number): { amplitude: number; rest: number } {
  let [sine, cosine, energy] = [0, 0, 0];
  samples.forEach((sample, index) => {
    const angle = (2 * Math.PI * 1000 * index) / sampleRate;
    sine += sample * Math.sin(angle);
    cosine += sample * Math.cos(angle);
    energy += sample * sample;
  });
  const amplitude = (2 * Math.hypot(sine, cosine)) / samples.length;
  return { amplitude, rest: Math.sqrt(Math.max(energy / samples.length - amplitude ** 2 / 2, 0)) };
}

/** Polls a condition the outside world brings about; the test's own timeout is the limit. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** An executable that stands in for ffmpeg. */
export async function fakeFfmpeg(folder: string, script: string): Promise<string> {
  const path = join(folder, 'ffmpeg');
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}
