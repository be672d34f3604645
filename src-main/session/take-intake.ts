import { decodeToPcm16 } from '../audio/pcm.ts';
import { frameBytes, type Track } from '../contract/audio-format.ts';
import type { GapCause } from '../contract/capture-report.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { Clock } from '../runtime/clock.ts';
import { CHUNK_WAIT_MS } from './chunk-order.ts';
import type { KeepAbreast } from './keep-abreast.ts';
import { signalWarning } from './messages.ts';
import type { PartEnd } from './part-budget.ts';
import type { PartNotes } from './part-notes.ts';
import type { Placer } from './placer.ts';
import type { SessionSpec } from './ports.ts';
import type { Placement, TimelineChunk } from './timeline.ts';
import { positionOf, trackNamed, type SessionTrack } from './track.ts';
import type { TrackOutput } from './track-output.ts';

export interface ChunkInput {
  readonly seq?: number | undefined;
  readonly startFrame?: number | undefined;
  readonly gapCause?: GapCause | undefined;
  /** Whole frames in the session's encoding. */
  readonly bytes: Uint8Array;
  /** When it came, by the monotonic clock. */
  readonly arrivedMs: number;
}

export interface TakeIntakeOptions {
  readonly spec: SessionSpec;
  readonly tracks: readonly SessionTrack[];
  readonly placer: Placer;
  readonly output: TrackOutput;
  readonly notes: PartNotes;
  readonly abreast: KeepAbreast;
  readonly clock: Clock;
  readonly send: (message: ServerMessage) => void;
}

/** Takes the chunks of a take: each goes to its track's timeline, and the timeline's output is placed. */
export interface TakeIntake {
  /**
   * Places a chunk; returns the limit, if any, that ends the session now. Must not be called again before it resolves.
   */
  accept(track: Track, chunk: ChunkInput): Promise<PartEnd | undefined>;
  /** Skips a chunk that came during a pause. */
  skip(track: Track, seq: number | undefined): void;
  /** Counts a chunk that was answered with an error. */
  reject(track: Track): void;
  /**
   * A numbered chunk was refused for good: later chunks do not wait for it. As `accept`.
   * @param bytes its audio, where that is known.
   */
  refuse(track: Track, seq: number, bytes: number | undefined): Promise<PartEnd | undefined>;
  /** True where a chunk has waited for an earlier one for long enough. */
  readonly isDue: boolean;
  /** Places those chunks. As `accept`. */
  placeDue(): Promise<PartEnd | undefined>;
  /** Places everything that waits. */
  flush(): Promise<void>;
  /** The sender, and its audio with it, has to wait until then. */
  blockedUntil(untilMs: number): void;
  /**
   * Where a chunk without a position that came at `arrivedMs` would begin: the track's end, or the clock's position.
   */
  nextFrame(track: Track, arrivedMs: number): number;
}

export function createTakeIntake(options: TakeIntakeOptions): TakeIntake {
  const { spec, tracks, placer, output, notes, abreast, clock, send } = options;
  const bytesPerFrame = 2 * spec.channels;

  const clockFrameOf = ({ arrival, timeline }: SessionTrack, arrivedMs: number): number | undefined => {
    const ms = arrival?.clockMs(arrivedMs, (timeline.senderFrame / spec.sampleRate) * 1000);
    return ms === undefined ? undefined : Math.round((ms / 1000) * spec.sampleRate);
  };

  const observe = (track: SessionTrack, pcm: Uint8Array, frames: number): void => {
    const clippedBefore = track.monitor.clippedSamples;
    const change = track.monitor.observe(pcm, frames);
    track.place.clippedSamples += track.monitor.clippedSamples - clippedBefore;
    const warning = change === undefined ? undefined : signalWarning(track.name, change);
    if (warning !== undefined) send(warning);
  };

  /** Places the output of a track's timeline. */
  const advance = async (
    track: SessionTrack,
    placements: readonly Placement[],
  ): Promise<PartEnd | undefined> => {
    for (const placement of placements)
      if (placement.kind === 'audio') observe(track, placement.pcm, placement.frames);
    const end = await placer.place(track, placements);
    output.noteWritten(track);
    notes.noteWaiting(track);
    if (end === undefined) await abreast.follow(track);
    return end;
  };

  const advanceIfAny = async (
    track: SessionTrack,
    placements: readonly Placement[],
  ): Promise<PartEnd | undefined> => {
    if (placements.length === 0) return undefined;
    track.heardFrame = Math.max(track.heardFrame, track.timeline.senderFrame);
    return advance(track, placements);
  };

  return {
    async accept(name, { seq, startFrame: claimed, gapCause, bytes, arrivedMs }) {
      const track = trackNamed(tracks, name);
      const startFrame = spec.obeysStartFrames ? claimed : undefined;
      const clockFrame = startFrame === undefined ? clockFrameOf(track, arrivedMs) : undefined;
      const pcm = decodeToPcm16(spec.encoding, bytes);
      const frames = pcm.byteLength / bytesPerFrame;
      const chunk: TimelineChunk = { seq, startFrame, clockFrame, frames, pcm, gapCause };
      const { duplicated, late } = track.timeline;
      const placements = track.timeline.accept(chunk, clock.monotonicMs());
      track.place.received++;
      track.place.duplicated += track.timeline.duplicated - duplicated;
      track.place.late += track.timeline.late - late;
      if (placements.length > 0)
        track.heardFrame = startFrame === undefined ? track.timeline.senderFrame : startFrame + frames;
      return advance(track, placements);
    },
    skip(name, seq) {
      const track = trackNamed(tracks, name);
      if (seq !== undefined) track.timeline.skip(seq);
      output.noteWritten(track);
    },
    reject(name) {
      const track = tracks.find((candidate) => candidate.name === name) ?? tracks[0];
      if (track !== undefined) track.place.rejected++;
    },
    async refuse(name, seq, bytes) {
      const track = tracks.find((candidate) => candidate.name === name);
      if (track === undefined) return undefined;
      const frames = bytes === undefined ? undefined : Math.floor(bytes / frameBytes(spec));
      return advanceIfAny(track, track.timeline.refuse(seq, frames));
    },
    get isDue() {
      const waitsSinceMs = Math.min(...tracks.map(({ timeline }) => timeline.bufferedSinceMs));
      return clock.monotonicMs() - waitsSinceMs >= CHUNK_WAIT_MS;
    },
    async placeDue() {
      let end: PartEnd | undefined;
      for (const track of tracks) end ??= await advanceIfAny(track, track.timeline.tick(clock.monotonicMs()));
      return end;
    },
    async flush() {
      for (const track of tracks) await placer.flush(track);
    },
    blockedUntil(untilMs) {
      for (const { arrival } of tracks) arrival?.blockedUntil(untilMs);
    },
    nextFrame(name, arrivedMs) {
      const track = trackNamed(tracks, name);
      return positionOf(track) + track.timeline.silenceBefore(clockFrameOf(track, arrivedMs));
    },
  };
}
