import type { Track } from '../contract/audio-format.ts';
import type { Limits } from '../contract/limits.ts';
import type { ServerMessage, StopReason } from '../contract/server-messages.ts';
import type { Clock } from '../runtime/clock.ts';
import { createFillReach } from './fill-reach.ts';
import { createKeepAbreast } from './keep-abreast.ts';
import type { PartEnd } from './part-budget.ts';
import { createPartClosing, type ClosedPart } from './part-closing.ts';
import { createPartNotes } from './part-notes.ts';
import { createPlacer } from './placer.ts';
import type { SessionSpec, SessionStore } from './ports.ts';
import { relocateTake } from './relocation.ts';
import { createRollOver } from './roll-over.ts';
import { createSinkFailures } from './sink-failures.ts';
import { createTakeClock } from './take-clock.ts';
import { createTakeIntake, type TakeIntake } from './take-intake.ts';
import { openTakeParts, type PartStretch } from './take-parts.ts';
import {
  allWritten,
  CHUNK_OVERHEAD_BYTES,
  createSessionTrack,
  partsInUse,
  positionOf,
  trackNamed,
  type SessionTrack,
} from './track.ts';
import { createTrackOutput } from './track-output.ts';
import { createTrackWriter, type PlacedListener } from './track-writer.ts';

export interface TakeOptions {
  readonly spec: SessionSpec;
  readonly firstPart: number;
  readonly onLimit: 'stop' | 'continue';
  /** True for a source that keeps real time, so that the clock can tell what is missing. */
  readonly live: boolean;
  readonly limits: Limits;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly send: (message: ServerMessage) => void;
  /** Called where a part cannot be written any more; `relocate`, or `settle` and `finish`, must follow. */
  readonly onWriteError: (error: unknown) => void;
}

/** A marker that was accepted; `written` is the result of SessionStore.addMarker. */
export interface AddedMarker {
  readonly index: number;
  readonly label: string;
  readonly seconds: number;
  readonly written: Promise<void> | undefined;
}

/** One stretch from start to stop: its tracks, and its parts one after another. */
export interface Take extends Pick<
  TakeIntake,
  'accept' | 'skip' | 'reject' | 'refuse' | 'blockedUntil' | 'nextFrame'
> {
  /** Sets the listener for placed audio. Call it before the first chunk comes. */
  listen(listener: PlacedListener): void;
  /** True where `tick` has something to do. */
  readonly isDue: boolean;
  /** Places chunks that have waited for an earlier one for long enough, and stores what is due. As `accept`. */
  tick(): Promise<PartEnd | undefined>;
  /** Time stops at that moment, or starts again. */
  pause(atMs: number): Promise<void>;
  resume(atMs: number): void;
  addMarker(label: string): AddedMarker;
  /** Continues in the fallback folder with everything that has not reached a file. */
  relocate(reason: StopReason): Promise<void>;
  readonly relocated: boolean;
  /** Why the current part cannot be written any more; undefined after a relocation. */
  readonly failure: unknown;
  /** The parts that a stretch lies in, in frames since the take's start. */
  locate(startFrame: number, endFrame: number): readonly PartStretch[];
  /** Frames of a track since the take's start. */
  positionOf(track: Track): number;
  /** Places what is buffered, lets live tracks end together, and resolves when everything is written or has failed. */
  settle(): Promise<void>;
  /** Closes every part; returns the last one's result without sending it. Call it after `settle`. */
  finish(reason: StopReason | undefined): Promise<ClosedPart>;
  readonly tracks: readonly SessionTrack[];
  readonly part: number;
  /** Seconds of audio frames over all parts. */
  readonly durationSeconds: number;
  readonly totalBytes: number;
  /** Bytes accepted and not yet in a file, including the memory overhead. */
  readonly queuedBytes: number;
  /** Bytes of file a second of audio makes, deliveries left out. */
  readonly bytesPerSecond: number;
  /** How many seconds a live track is behind the clock; 0 for others. */
  behindClockSeconds(track: Track): number;
  /** Settles when what is queued now has been written. */
  drained(): Promise<void>;
}

/**
 * Opens the first part, and builds the path of a chunk: intake -> timeline -> placer -> writer -> output -> the part's
 * sink.
 */
export async function openTake(options: TakeOptions): Promise<Take> {
  const { spec, store, clock, limits, send, live, onLimit, onWriteError } = options;
  const takeClock = createTakeClock(clock);
  const parts = await openTakeParts({ ...options, takeClock });
  takeClock.begin();

  const reach = createFillReach(spec.sampleRate, () => takeClock.elapsedMs);
  const tracks = spec.tracks.map((name) =>
    createSessionTrack(name, {
      spec,
      part: parts.newest,
      clock: takeClock,
      longestFill: limits.maxDurationSeconds * spec.sampleRate,
      reach: reach.frames,
    }),
  );
  const failures = createSinkFailures(onWriteError);
  const output = createTrackOutput({ send, failures });
  const notes = createPartNotes({ sessionId: spec.sessionId, tracks, store, clock });
  const writer = createTrackWriter({ spec, onLimit, reach, output, notes, send });
  const closing = createPartClosing({ spec, tracks, parts, notes, failures, send, onError: onWriteError });
  const rollOver = createRollOver({ tracks, parts, closing, failures, send });
  const placer = createPlacer({ onLimit, writer, rollOver, failures });
  const { sampleRate } = spec;
  const abreast = createKeepAbreast({ tracks, sampleRate, live, placer, writer, rollOver, failures });
  const intake = createTakeIntake({ spec, tracks, placer, output, notes, abreast, clock, send });
  let markersAdded = 0;

  return {
    accept: intake.accept,
    skip: intake.skip,
    reject: intake.reject,
    refuse: intake.refuse,
    blockedUntil: intake.blockedUntil,
    nextFrame: intake.nextFrame,
    listen: writer.listen,
    get isDue() {
      return intake.isDue || notes.isDue;
    },
    async tick() {
      const end = await intake.placeDue();
      notes.noteDue();
      return end;
    },
    async pause(atMs) {
      // Chunks that wait for an earlier one were captured before the pause.
      await intake.flush();
      takeClock.pause(atMs);
    },
    resume: takeClock.resume,
    addMarker(wanted) {
      const leader = tracks.reduce((best, track) => (positionOf(track) > positionOf(best) ? track : best));
      const index = markersAdded;
      const label = wanted === '' ? `Marker ${index + 1}` : wanted;
      const marker = { part: leader.part.number, frame: leader.place.position, label };
      const seconds = positionOf(leader) / sampleRate;
      const written = store.addMarker(spec.sessionId, marker);
      leader.part.markers.push(marker);
      markersAdded++;
      return { index, label, seconds, written };
    },
    relocate: (reason) => relocateTake({ spec, tracks, parts, placer, output, closing, failures }, reason),
    get relocated() {
      return parts.relocated;
    },
    get failure() {
      return failures.latest;
    },
    locate: parts.locate,
    positionOf: (name) => positionOf(trackNamed(tracks, name)),
    async settle() {
      await intake.flush();
      await abreast.finish();
      await allWritten(tracks);
    },
    finish: closing.finish,
    tracks,
    get part() {
      return parts.newest.number;
    },
    get durationSeconds() {
      return Math.max(...tracks.map(positionOf)) / sampleRate;
    },
    get totalBytes() {
      return closing.leftBytes + partsInUse(tracks).reduce((sum, part) => sum + part.budget.totalBytes, 0);
    },
    get queuedBytes() {
      return (
        partsInUse(tracks).reduce((sum, part) => sum + part.sink.queuedBytes, 0) +
        tracks.reduce(
          (sum, { timeline, pending }) =>
            sum + timeline.bufferedBytes + pending.length * CHUNK_OVERHEAD_BYTES,
          0,
        )
      );
    },
    // The mix grows as a track does.
    bytesPerSecond:
      sampleRate * 2 * spec.channels * (spec.tracks.length + (spec.record.includes('mixed') ? 1 : 0)),
    behindClockSeconds(name) {
      const { part, place } = trackNamed(tracks, name);
      const expected = parts.clockFrames(part) ?? 0;
      return Math.max(0, expected - place.position - place.jumped) / sampleRate;
    },
    drained: () => allWritten(tracks),
  };
}
