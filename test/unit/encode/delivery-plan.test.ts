import { expect, test } from 'vitest';
import {
  AAC_PACKET_FRAMES,
  deliveredAacFrames,
  planMp3,
  planMp4,
} from '../../../src-main/encode/delivery-plan.ts';

const mono = (sampleRate: number) => ({ sampleRate, channels: 1 });

test('an MP4 keeps the rate of its source where AAC carries it well, and never narrows the band it can keep', () => {
  for (const rate of [16_000, 22_050, 24_000, 44_100, 48_000, 96_000])
    expect(planMp4(mono(rate)).sampleRate).toBe(rate);
  expect(planMp4(mono(8000)).sampleRate).toBe(24_000);
  expect(planMp4(mono(37_000)).sampleRate).toBe(44_100);
  expect(planMp4(mono(192_000)).sampleRate).toBe(96_000);
});

test('an MP3 is 128k, the most its rate carries for telephone audio, or what was asked for where that exists', () => {
  expect(planMp3(mono(48_000))).toMatchObject({ sampleRate: 48_000, bitRate: 128_000 });
  // 320k asked; MPEG-2 ends at 160k.
  expect(planMp3(mono(8000))).toMatchObject({ sampleRate: 22_050, bitRate: 160_000 });
  expect(planMp3(mono(44_100), 320_000).bitRate).toBe(320_000);
  expect(planMp3(mono(16_000), 320_000).bitRate).toBe(160_000);
  expect(planMp3(mono(44_100), 100_000).bitRate).toBe(96_000);
  expect(planMp3(mono(44_100), 1).bitRate).toBe(32_000);
});

test('whatever its length, an MP4 lasts within 50 ms of it, by its header and in decoders that play whole packets', () => {
  for (const source of [8000, 16_000, 22_050, 44_100, 48_000]) {
    const rate = planMp4(mono(source)).sampleRate;
    for (let frames = 1024; frames < 5 * 1024; frames += 7) {
      const delivered = deliveredAacFrames(frames, rate);
      const decoded = Math.ceil(delivered / AAC_PACKET_FRAMES) * AAC_PACKET_FRAMES;
      expect(Math.abs(delivered - frames) / rate).toBeLessThan(0.016);
      expect(Math.abs(decoded - frames) / rate).toBeLessThan(0.05);
    }
  }
});

test('a recording shorter than one packet is delivered all the same', () => {
  expect(deliveredAacFrames(10, 16_000)).toBe(10);
});
