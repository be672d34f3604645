import { basename, dirname } from 'node:path';
import { createPeakMeter, drawnPeaks, PEAKS_PER_SECOND } from '../audio/peaks.ts';
import type { ApiOutput } from '../contract/api.ts';
import type { RecordingType } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { partStartMs } from '../contract/session-time.ts';
import { requireRegularFile } from '../disk/regular-file.ts';
import { readPeaks, writePeaks } from '../files/peaks-file.ts';
import { openWavSamples } from '../files/wav-reader.ts';
import type { Log } from '../runtime/log.ts';
import type { SessionFiles } from './session-files.ts';

/** Bytes of a master that are read before other tasks get a turn. */
const READ_BYTES = 256 * 1024;

export interface WaveformOptions {
  readonly files: SessionFiles;
  readonly log: Log;
}

type Waveform = ApiOutput<'sessions.waveform'>;

interface Master {
  readonly path: string;
  readonly startMs: number;
}

/** Calculates the loudness of sessions over time. Reads each master once, and one at a time. */
export function createWaveforms({ files, log }: WaveformOptions) {
  let reading: Promise<unknown> = Promise.resolve();

  const mastersOf = (session: SessionRecord, track: RecordingType): Master[] =>
    session.files
      .filter((file) => file.master && file.type === track)
      .flatMap((file) => {
        const path = files.resolve(session, basename(file.file_path));
        return path === undefined ? [] : [{ path, startMs: partStartMs(session, file.part) }];
      });

  const peaksOf = async (session: SessionRecord, track: RecordingType): Promise<Uint16Array> => {
    const masters = mastersOf(session, track);
    const [first] = masters;
    if (first === undefined)
      throw new LecternError('FILE_MISSING', `There is no recording of ${track} in this session's folder`);
    const slots = Math.ceil(session.duration_seconds * PEAKS_PER_SECOND);
    const madeFrom = JSON.stringify([slots, await Promise.all(masters.map(describe))]);
    const folder = dirname(first.path);
    const known = await readPeaks(folder, track, madeFrom);
    if (known !== undefined) return known;
    const peaks = new Uint16Array(slots);
    for (const master of masters) await measure(master, peaks);
    await writePeaks(folder, track, madeFrom, peaks).catch((error: unknown) => {
      log('warn', 'the waveform could not be kept', { id: session.id, error });
    });
    return peaks;
  };

  /** Rejects with FILE_MISSING. Only for finished sessions: the files of others change during the read. */
  return async (session: SessionRecord, track: RecordingType, points: number): Promise<Waveform> => {
    const peaks = reading.then(() => peaksOf(session, track));
    reading = peaks.catch(() => undefined);
    return { track, duration_ms: session.duration_seconds * 1000, peaks: drawnPeaks(await peaks, points) };
  };
}

async function describe({ path, startMs }: Master): Promise<unknown> {
  const { size, mtimeMs } = await requireRegularFile(path);
  return [basename(path), size, mtimeMs, startMs];
}

async function measure({ path, startMs }: Master, peaks: Uint16Array): Promise<void> {
  const samples = await openWavSamples(path);
  if (samples?.encoding !== 'pcm_s16le') {
    await samples?.close();
    return;
  }
  try {
    const { sampleRate, channels } = samples;
    const add = createPeakMeter(peaks, { sampleRate, channels, startMs });
    for await (const chunk of samples.read(Math.floor(READ_BYTES / (2 * channels)))) add(chunk);
  } finally {
    await samples.close();
  }
}
