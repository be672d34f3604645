import { dirname } from 'node:path';
import { requireRoom } from '../disk/disk-space.ts';
import { recreateFile } from '../disk/regular-file.ts';
import { createWavHeader } from '../audio/wav-header.ts';
import type { SpeechPiece } from '../transcribe/recogniser.ts';
import type { SpeechStretch } from './speech-plan.ts';
import { readSpeech, SPEECH_RATE } from './track-audio.ts';

/** Silence between stretches, so that the end of one does not run into the next. */
const GAP_SECONDS = 1;

const header = createWavHeader({ sampleRate: SPEECH_RATE, channels: 1, mayExceed4GiB: false });

/** A whole WAV file of a piece. */
export function wavOf({ pcm, sampleRate }: SpeechPiece): Uint8Array {
  const own =
    sampleRate === SPEECH_RATE ? header : createWavHeader({ sampleRate, channels: 1, mayExceed4GiB: false });
  return Buffer.concat([own.forSizes(pcm.byteLength, 0), pcm]);
}

/** The times of a file in which stretches of a session follow one another. */
export interface SpeechTimes {
  /** Converts milliseconds of the file to milliseconds of the session. */
  sessionMs(ms: number): number;
}

/** Writes stretches to one WAV, however long, in bounded memory. */
export async function writeSpeechWav(
  path: string,
  stretches: readonly SpeechStretch[],
  signal: AbortSignal,
): Promise<SpeechTimes> {
  const slots: { readonly startMs: number; readonly endMs: number; readonly sessionMs: number }[] = [];
  const gap = new Uint8Array(2 * GAP_SECONDS * SPEECH_RATE);
  const most = stretches.reduce(
    (seconds, stretch) => seconds + stretch.frames / stretch.sampleRate + GAP_SECONDS,
    0,
  );
  await requireRoom(dirname(path), header.byteLength + 2 * SPEECH_RATE * most, 'what is to be recognised');
  let bytes = 0;
  const atMs = (): number => (bytes / 2 / SPEECH_RATE) * 1000;
  const file = await recreateFile(path);
  try {
    await file.write(header.forSizes(0, 0));
    const append = async (pcm: Uint8Array): Promise<void> => {
      signal.throwIfAborted();
      await file.writeFile(pcm);
      bytes += pcm.byteLength;
    };
    for (const stretch of stretches) {
      const startMs = atMs();
      for await (const pcm of readSpeech(stretch)) await append(pcm);
      slots.push({ startMs, endMs: atMs(), sessionMs: stretch.startMs });
      await append(gap);
    }
    await file.write(header.forSizes(bytes, 0), 0, header.byteLength, 0);
  } finally {
    await file.close();
  }
  return {
    sessionMs(ms) {
      const slot = slots.findLast(({ startMs }) => startMs <= ms) ?? slots[0];
      return slot === undefined ? ms : slot.sessionMs + Math.min(ms, slot.endMs) - slot.startMs;
    },
  };
}
