import wavefile from 'wavefile';

/** A named moment in a WAV. */
export interface CuePoint {
  readonly frame: number;
  readonly label: string;
}

/** The `cue ` and `LIST adtl` chunks for these points, to stand after the samples; empty for none. */
export function encodeCueChunks(points: readonly CuePoint[], sampleRate: number): Buffer {
  if (points.length === 0) return Buffer.alloc(0);
  // wavefile writes whole files only: the chunks are what follows the (empty) audio of a small one.
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, sampleRate, '16', []);
  const headerBytes = wav.toBuffer().length;
  for (const point of points)
    wav.setCuePoint({ position: (point.frame / sampleRate) * 1000, label: latin1(point.label) });
  return Buffer.from(wav.toBuffer()).subarray(headerBytes);
}

/** Labels in WAV are one byte a character; what does not fit is dropped rather than garbled. */
function latin1(text: string): string {
  return text.normalize('NFC').replace(/[^\u0020-\u007e\u00a0-\u00ff]/g, '?');
}
