import type { GapCause } from '../../src-main/contract/capture-report.ts';
import type { AssemblyCommand, AssemblyOptions, AssemblyReport } from './capture-messages.ts';
import { createChannelShape } from './channel-shape.ts';
import { createChunkAssembler } from './chunk-assembler.ts';
import {
  createDropDetector,
  type DropDetectorOptions,
  type PlacedPiece,
  type TimedPiece,
} from './dropped-audio.ts';
import { createResampler, type Resampler } from '../../src-main/audio/resampler.ts';

/** A piece of captured audio as the browser hands it over. */
export interface CapturedPiece {
  /** One array a channel, all of the same length. */
  readonly planes: readonly Float32Array[];
  readonly sampleRate: number;
  /** When it was captured, by a clock of the browser. */
  readonly timestampMs: number;
}

/** Pieces with which the clocks are compared; a second or more. */
const CLOCK_PIECES = 128;

export interface StreamAssemblyOptions extends AssemblyOptions {
  readonly report: (report: AssemblyReport) => void;
  /** The cause of lost audio where the computer was awake. */
  readonly lossCause: GapCause;
  /** How exact the stamps are; those of a device by default. */
  readonly stamps?: DropDetectorOptions;
  /** The moment at which a piece is read or a command comes, by a clock that never goes back. */
  readonly nowMs: () => number;
  /** The same by the wall clock, which goes on while the computer sleeps. */
  readonly wallMs: () => number;
}

type ReadPiece = CapturedPiece & TimedPiece;

/**
 * Makes chunks of captured pieces. Pieces may be read late. A command takes effect at the piece that was being
 * captured when it came. So Stop on a busy machine keeps the audio that is still to be read.
 */
export function createStreamAssembly(options: StreamAssemblyOptions) {
  const { sampleRate, channels, report, nowMs, wallMs } = options;
  const commands: { readonly command: AssemblyCommand; readonly atMs: number }[] = [];
  const recentDelaysMs: number[] = [];
  /** Length of the audio used so far, losses included. */
  let countedMs = 0;
  const drops = createDropDetector<ReadPiece>(options.stamps);
  const { shape } = createChannelShape(channels);
  let recorded = false;
  let resampler: { readonly fromRate: number; readonly process: Resampler['process'] } | undefined;
  let finished = false;
  let ended = false;

  const assembler = createChunkAssembler({
    ...options,
    onChunk: (chunk) => report({ type: 'chunk', ...chunk }),
    onLevel: (level) => report({ type: 'level', ...level }),
  });

  const obey = (command: AssemblyCommand) => {
    if (command === 'record') {
      recorded = true;
      return assembler.record();
    }
    assembler.hold();
    if (command === 'hold' || finished) return;
    finished = true;
    assembler.flush();
    report({ type: 'finished' });
  };

  const obeyUntil = (ms: number) => {
    for (let next = commands[0]; next !== undefined && next.atMs <= ms; next = commands[0]) {
      commands.shift();
      obey(next.command);
    }
  };

  const atRate = (planes: readonly Float32Array[], fromRate: number): readonly Float32Array[] => {
    if (fromRate === sampleRate) return planes;
    if (resampler?.fromRate !== fromRate)
      resampler = { fromRate, ...createResampler(fromRate, sampleRate, planes.length) };
    return resampler.process(planes, planes[0]?.length ?? 0);
  };

  /** Skips lost time, as far as it was to be recorded. */
  const leaveOut = (fromMs: number, toMs: number, cause: GapCause) => {
    let since = fromMs;
    const skipUntil = (ms: number) => {
      const end = Math.min(Math.max(ms, since), toMs);
      assembler.skip(Math.round(((end - since) / 1000) * sampleRate), cause);
      since = end;
    };
    for (let next = commands[0]; next !== undefined && next.atMs <= toMs; next = commands[0]) {
      skipUntil(next.atMs);
      commands.shift();
      obey(next.command);
    }
    skipUntil(toMs);
  };

  /** Counts where each piece begins in the audio, and collects the delays of the pieces. */
  const count = (placed: readonly PlacedPiece<ReadPiece>[]) =>
    placed.map(({ piece, lostMs, asleep }) => {
      const beginsMs = countedMs + lostMs;
      countedMs = beginsMs + piece.durationMs;
      recentDelaysMs.push(piece.readAtMs - beginsMs);
      if (recentDelaysMs.length > CLOCK_PIECES) recentDelaysMs.shift();
      return { piece, lostMs, asleep, beginsMs };
    });

  const place = ({ piece, lostMs, asleep, beginsMs }: ReturnType<typeof count>[number]) => {
    // The earliest-read of the latest pieces shows when the audio began. Its length is counted, because a new device
    // stamps its pieces wrongly. Only the latest pieces count, because clocks of devices drift.
    const startedAtMs = beginsMs + Math.min(...recentDelaysMs);
    if (lostMs > 0) leaveOut(startedAtMs - lostMs, startedAtMs, asleep ? 'suspended' : options.lossCause);
    else obeyUntil(startedAtMs);
    const ready = atRate(shape(piece.planes, piece.sampleRate), piece.sampleRate);
    pushObeying(ready, startedAtMs, piece.wallMs - piece.readAtMs);
  };

  /** Splits a piece at pauses, so that they take effect at the same moment on all tracks. */
  const pushObeying = (planes: readonly Float32Array[], startedAtMs: number, toWallMs: number) => {
    const frames = planes[0]?.length ?? 0;
    let pushed = 0;
    const pushUntil = (frame: number) => {
      if (frame <= pushed) return;
      // The audio thread should allocate as little as possible.
      const isWhole = pushed === 0 && frame === frames;
      const rest = isWhole ? planes : planes.map((plane) => plane.subarray(pushed, frame));
      assembler.push(rest, frame - pushed, startedAtMs + (pushed * 1000) / sampleRate + toWallMs);
      pushed = frame;
    };
    for (let next = commands[0]; next !== undefined && next.command !== 'finish'; next = commands[0]) {
      const frame = Math.round(((next.atMs - startedAtMs) * sampleRate) / 1000);
      if (frame >= frames) break;
      pushUntil(frame);
      commands.shift();
      obey(next.command);
    }
    pushUntil(frames);
  };

  return {
    push(captured: CapturedPiece): void {
      const durationMs = ((captured.planes[0]?.length ?? 0) / captured.sampleRate) * 1000;
      const times = { durationMs, readAtMs: nowMs(), wallMs: wallMs() };
      for (const piece of count(drops.take({ ...captured, ...times }))) place(piece);
    },
    /** @param atWallMs when the command was given, by the wall clock; now by default */
    command(command: AssemblyCommand, atWallMs = wallMs()): void {
      // Nothing comes before the first Record, so it takes effect at once: the first word must not be lost.
      if (ended || (command === 'record' && !recorded && commands.length === 0)) obey(command);
      else commands.push({ command, atMs: nowMs() + Math.min(0, atWallMs - wallMs()) });
    },
    /** Ends the stream: all pending commands take effect now. */
    end(): void {
      ended = true;
      for (const piece of count(drops.flush())) place(piece);
      obeyUntil(Number.POSITIVE_INFINITY);
    },
  };
}
