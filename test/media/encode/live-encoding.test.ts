import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Chapter, Encoder, PcmShape } from '../../../src-main/encode/encoder.ts';
import { decode, measureTone, probe, tone } from './audio-files.ts';
import { realFfmpeg, testEncoder } from './encoders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

interface Case extends PcmShape {
  readonly format: 'mp4' | 'mp3';
  readonly seconds: number;
  /** Rate of the delivered file. */
  readonly expectedRate: number;
}

const cases: Case[] = [
  { format: 'mp4', sampleRate: 8000, channels: 1, seconds: 5, expectedRate: 24_000 },
  // At 16 kHz these end 14 ms and 40 ms into a packet of 64 ms: one rounds down, the other up.
  { format: 'mp4', sampleRate: 16_000, channels: 1, seconds: 5.006, expectedRate: 16_000 },
  { format: 'mp4', sampleRate: 16_000, channels: 1, seconds: 3.048, expectedRate: 16_000 },
  { format: 'mp4', sampleRate: 44_100, channels: 1, seconds: 3.3, expectedRate: 44_100 },
  { format: 'mp4', sampleRate: 48_000, channels: 2, seconds: 3.1, expectedRate: 48_000 },
  { format: 'mp4', sampleRate: 192_000, channels: 1, seconds: 1.2, expectedRate: 96_000 },
  { format: 'mp3', sampleRate: 8000, channels: 1, seconds: 5, expectedRate: 22_050 },
  { format: 'mp3', sampleRate: 16_000, channels: 1, seconds: 3.048, expectedRate: 16_000 },
  { format: 'mp3', sampleRate: 44_100, channels: 1, seconds: 3.3, expectedRate: 44_100 },
  { format: 'mp3', sampleRate: 48_000, channels: 2, seconds: 3.1, expectedRate: 48_000 },
];

const ONSET_SECONDS = 0.5;

async function record(
  encoder: Encoder,
  each: Case,
  chapters: readonly Chapter[] = [],
): Promise<{ path: string; folder: string }> {
  const { format, sampleRate, channels } = each;
  const folder = await temporaryFolder();
  const path = join(folder, `user.${format}`);
  const live = encoder.startLive({
    ...{ format, sampleRate, channels },
    partialPath: join(folder, `user.partial.${format}`),
    finalPath: path,
  });
  const frames = Math.round(each.seconds * sampleRate);
  const pcm = tone({ sampleRate, channels, frames, amplitude: 8000, onsetFrame: ONSET_SECONDS * sampleRate });
  const chunkBytes = Math.floor(sampleRate / 10) * channels * 2;
  const chunk = new Uint8Array(chunkBytes);
  for (let offset = 0; offset < pcm.length; offset += chunkBytes) {
    const part = pcm.subarray(offset, offset + chunkBytes);
    chunk.set(part);
    live.write(chunk.subarray(0, part.length));
    // The port says the bytes are not kept: whoever reuses the buffer must not spoil the recording.
    chunk.fill(0x55);
  }
  await live.finish(chapters);
  return { path, folder };
}

describe.each(['ffmpeg', 'built-in'] as const)('a recording delivered by the %s encoder', (kind) => {
  test.each(['mp4', 'mp3'] as const)('markers set while recording are chapters of the %s', async (format) => {
    const encoder = testEncoder({ ffmpeg: kind === 'ffmpeg' ? await realFfmpeg() : undefined });
    const chapters = [
      { seconds: 0.5, label: 'Frage; für #1 = wen?' },
      { seconds: 2, label: 'break' },
    ];
    const each = { format, sampleRate: 16_000, channels: 1, seconds: 3.048, expectedRate: 16_000 };
    const { path } = await record(encoder, each, chapters);
    const read = await probe(path);
    expect(read.chapters).toEqual(
      format === 'mp4' ? [{ seconds: 0, label: 'Start' }, ...chapters] : chapters,
    );
    const seconds = (await decode(path)).length / 16_000;
    expect(Math.abs(seconds - each.seconds)).toBeLessThan(0.05);
    await encoder.close();
  });

  test.each(cases)(
    '$format from $sampleRate Hz, $channels channels, $seconds s plays what was recorded, for as long, in place',
    async (each) => {
      const encoder = testEncoder({ ffmpeg: kind === 'ffmpeg' ? await realFfmpeg() : undefined });
      const { path, folder } = await record(encoder, each);

      const found = await probe(path);
      expect(found).toMatchObject({
        codec: each.format === 'mp4' ? 'aac' : 'mp3',
        sampleRate: each.expectedRate,
        channels: each.channels,
      });
      if (each.format === 'mp4') expect(found.profile).toBe('LC');
      // ffprobe counts an MP3's encoder delay and padding, which players leave out.
      const delaySeconds = each.format === 'mp3' ? 1105 / each.expectedRate : 0;
      expect(Math.abs(found.durationSeconds - delaySeconds - each.seconds)).toBeLessThan(0.05);

      const samples = await decode(path);
      expect(Math.abs(samples.length / each.expectedRate - each.seconds)).toBeLessThan(0.05);
      const onset = samples.findIndex((sample) => Math.abs(sample) > 4000);
      expect(Math.abs(onset / each.expectedRate - ONSET_SECONDS)).toBeLessThan(0.003);
      const middle = samples.subarray(
        each.expectedRate * 0.7,
        each.expectedRate * 0.7 + each.expectedRate * 0.4,
      );
      const { amplitude, rest } = measureTone(middle, each.expectedRate);
      // LAME takes 5 % off every level, to leave room for the peaks its own errors add.
      expect(amplitude).toBeGreaterThan(7500);
      expect(amplitude).toBeLessThan(8400);
      expect(rest).toBeLessThan(160);

      expect(await readdir(folder)).toEqual([`user.${each.format}`]);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    },
  );

  test('an MP3 has the bit rate that was asked for', async () => {
    const encoder = testEncoder({ ffmpeg: kind === 'ffmpeg' ? await realFfmpeg() : undefined });
    const folder = await temporaryFolder();
    const job = { sampleRate: 48_000, channels: 1, format: 'mp3', mp3BitRate: 192_000 } as const;
    const finalPath = join(folder, 'user.mp3');
    const live = encoder.startLive({ ...job, partialPath: join(folder, 'user.partial.mp3'), finalPath });
    live.write(tone({ ...job, frames: 48_000, amplitude: 8000 }));
    await live.finish();
    expect((await probe(finalPath)).bitRate).toBe(192_000);
  });

  test('an aborted recording leaves nothing behind', async () => {
    const encoder = testEncoder({ ffmpeg: kind === 'ffmpeg' ? await realFfmpeg() : undefined });
    const folder = await temporaryFolder();
    const job = { sampleRate: 16_000, channels: 1, format: 'mp4' } as const;
    const live = encoder.startLive({
      ...job,
      partialPath: join(folder, 'user.partial.mp4'),
      finalPath: join(folder, 'user.mp4'),
    });
    live.write(tone({ ...job, frames: 160_000, amplitude: 8000 }));
    await live.abort();
    expect(await readdir(folder)).toEqual([]);
  });
});
