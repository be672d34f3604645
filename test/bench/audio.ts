import { open, readFile } from 'node:fs/promises';
import type { Scenario } from './scenario.ts';

export const CHUNKS_PER_SECOND = 10;
/** The sample speech is a little longer; whole chunks loop best. */
const LOOP_SECONDS = 10;
const SPEECH = new URL('../../resources/sample-speech.wav', import.meta.url);
const SPEECH_RATE = 16_000;

type Shape = Pick<Scenario, 'sampleRate' | 'channels'>;

export function dataBytes({ sampleRate, channels }: Shape, audioSeconds: number): number {
  return Math.round(audioSeconds * CHUNKS_PER_SECOND) * chunkBytes({ sampleRate, channels });
}

function chunkBytes({ sampleRate, channels }: Shape): number {
  return (sampleRate / CHUNKS_PER_SECOND) * channels * 2;
}

/** Ten seconds of speech in chunks of 100 ms, brought to the shape by interpolation. Always the same objects. */
export async function loadChunks(shape: Shape): Promise<readonly Buffer[]> {
  const file = await readFile(SPEECH);
  const speech = file.subarray(file.indexOf('data', 0, 'latin1') + 8);
  const frames = LOOP_SECONDS * shape.sampleRate;
  const pcm = Buffer.alloc(frames * shape.channels * 2);
  const step = SPEECH_RATE / shape.sampleRate;
  for (let frame = 0; frame < frames; frame++) {
    const at = Math.floor(frame * step);
    const from = speech.readInt16LE(at * 2);
    const sample = from + (speech.readInt16LE(at * 2 + 2) - from) * (frame * step - at);
    for (let channel = 0; channel < shape.channels; channel++)
      pcm.writeInt16LE(Math.round(sample / (1 + channel)), (frame * shape.channels + channel) * 2);
  }
  const bytes = chunkBytes(shape);
  return Array.from({ length: LOOP_SECONDS * CHUNKS_PER_SECOND }, (_, index) =>
    pcm.subarray(index * bytes, (index + 1) * bytes),
  );
}

export function* loop(chunks: readonly Buffer[], audioSeconds: number): Generator<Buffer> {
  const total = Math.round(audioSeconds * CHUNKS_PER_SECOND);
  for (let index = 0; index < total; index++) {
    const chunk = chunks[index % chunks.length];
    if (chunk !== undefined) yield chunk;
  }
}

/** The 44-byte header of a 16-bit PCM WAV. */
export function wavHeader({ sampleRate, channels }: Shape, bytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(bytes, 40);
  return header;
}

/** Writes the scenario's audio to a WAV and waits until the disk has it, so that it is not paid for later. */
export async function writeInputFile(path: string, scenario: Scenario): Promise<void> {
  const chunks = await loadChunks(scenario);
  const file = await open(path, 'wx');
  await file.writev([wavHeader(scenario, dataBytes(scenario, scenario.audioSeconds))]);
  const whole = Buffer.concat([...chunks]);
  const wholes = Math.floor(scenario.audioSeconds / LOOP_SECONDS);
  for (let index = 0; index < wholes; index++) await file.write(whole);
  for (const chunk of loop(chunks, scenario.audioSeconds - wholes * LOOP_SECONDS)) await file.write(chunk);
  await file.datasync();
  await file.close();
}
