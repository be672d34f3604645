import type { GapCause } from '../../src-main/contract/capture-report.ts';
import { LecternError } from '../../src-main/contract/errors.ts';
import { captureError } from './capture-errors.ts';
import type { AssemblyCommand } from './capture-messages.ts';
import { framesPerChunk } from './chunk-assembler.ts';
import { type MicrophoneOptions, openMicrophone } from './microphone-stream.ts';
import type { OpenTrack } from './open-track.ts';
import { canReadTracks, openStreamSource } from './stream-source.ts';
import { openWorkletSource } from './worklet-source.ts';

/** As often as a meter can be read. */
const LEVELS_PER_SECOND = 20;

export interface CaptureShape {
  /** Frames a second. */
  sampleRate: number;
  channels: 1 | 2;
}

export interface CaptureOptions extends CaptureShape, MicrophoneOptions {}

export interface CaptureChunk {
  /** Interleaved signed 16-bit little-endian. The receiver owns it; it is never reused. */
  samples: Uint8Array;
  frames: number;
  /** Frames since `start`, pauses left out; within a recording, since its beginning. It alone places the chunk. */
  startFrame: number;
  /** When its last frame was captured, in wall-clock milliseconds; the same clock for all captures. */
  endedAtMs: number;
  /** Why frames before this chunk are missing, where there are any. */
  gapCause?: GapCause;
}

/** The level of a twentieth of a second, per channel, linear 0..1. Sent with or without chunks. */
export interface LevelReading {
  peak: readonly number[];
  rms: readonly number[];
  /** True where a sample was at full scale. */
  clipped: boolean;
}

export interface CaptureEvents {
  onChunk(chunk: CaptureChunk): void;
  onLevel(level: LevelReading): void;
  /** Something outside ended the capture (`device_lost`) or interrupts it. Never called after `stop`. */
  onEnded(reason: 'device_lost' | 'muted' | 'unmuted' | 'suspended' | 'resumed'): void;
}

export interface Capture {
  /** The device that was opened, which may differ from the wanted one. */
  readonly deviceLabel: string;
  readonly deviceId: string;
  /** True where the system's default was opened. */
  readonly followsDefault: boolean;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Begins sending chunks, with frames counted from 0. */
  start(): void;
  /**
   * Drops frames from this moment to that of `resume`, exact to the frame. A chunk that had begun is completed after
   * the pause. Two captures with the same moments, in wall-clock milliseconds, leave out the same time.
   */
  pause(atMs: number): void;
  resume(atMs: number): void;
  /** Delivers the last, partial chunk, then releases the device. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Opens the microphone. Levels begin at once, chunks at `start`. Rejects with MICROPHONE_NOT_FOUND,
 * MICROPHONE_DENIED, MICROPHONE_BUSY or CAPTURE_UNSUPPORTED.
 */
export async function openCapture(options: CaptureOptions, events: CaptureEvents): Promise<Capture> {
  const microphone = await openMicrophone(options);
  try {
    return await captureTrack(microphone, options, events);
  } catch (error) {
    microphone.track.stop();
    throw captureError(error);
  }
}

/** Captures an open track. The capture owns the track from here on, unless this rejects. */
export async function captureTrack(
  { track, deviceId, label, followsDefault }: OpenTrack,
  { sampleRate, channels }: CaptureShape,
  events: CaptureEvents,
): Promise<Capture> {
  const finished = Promise.withResolvers<undefined>();
  const tell = (command: AssemblyCommand, atWallMs = Date.now()) => source.command({ command, atWallMs });
  const openSource = canReadTracks() ? openStreamSource : openWorkletSource;
  const source = await openSource({
    track,
    sampleRate,
    channels,
    framesPerChunk: framesPerChunk(sampleRate, channels),
    framesPerLevel: Math.round(sampleRate / LEVELS_PER_SECOND),
    onReport(report) {
      if (report.type === 'finished') finished.resolve(undefined);
      else if (report.type === 'level') events.onLevel(report);
      else {
        const { type: _, buffer, ...place } = report;
        events.onChunk({ samples: new Uint8Array(buffer), ...place });
      }
    },
    onSuspended: (suspended) => events.onEnded(suspended ? 'suspended' : 'resumed'),
  });

  const listeners = {
    mute: () => events.onEnded('muted'),
    unmute: () => events.onEnded('unmuted'),
    ended() {
      // From now on the source gives artificial silence, but what it still holds is sound.
      tell('finish');
      void finished.promise.then(() => events.onEnded('device_lost'));
    },
  } as const;
  const names = ['mute', 'unmute', 'ended'] as const;
  for (const name of names) track.addEventListener(name, listeners[name]);

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    for (const name of names) track.removeEventListener(name, listeners[name]);
    tell('finish');
    await finished.promise;
    track.stop();
    await source.close();
  };

  if (track.readyState === 'ended') {
    await source.close();
    throw new LecternError('MICROPHONE_NOT_FOUND', 'Expected the microphone to stay, it went while opening');
  }
  return {
    deviceLabel: label,
    deviceId,
    followsDefault,
    sampleRate,
    channels,
    start: () => tell('record'),
    pause: (atMs) => tell('hold', atMs),
    resume: (atMs) => tell('record', atMs),
    stop: () => (stopping ??= stop()),
  };
}
