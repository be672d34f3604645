import { decodeToPcm16 } from '../audio/pcm.ts';
import { frameBytes, type Track } from '../contract/audio-format.ts';
import type { GapCause } from '../contract/capture-report.ts';
import { LecternError } from '../contract/errors.ts';
import type { Limits } from '../contract/limits.ts';
import type { ServerMessage, ServerMessageOf, StopReason } from '../contract/server-messages.ts';
import {
  errorMessage,
  limitError,
  limitNearWarning,
  reasonOf,
  signalWarning,
  startedMessage,
} from './messages.ts';
import { createKeepAbreast } from './keep-abreast.ts';
import type { PartEnd } from './part-budget.ts';
import type { PartStretch } from './conversation.ts';
import { addGap, addJump, createPart, cutBack, partFrames, reportOf, type Part } from './part.ts';
import { lastFrames, slicePlacement } from './placement.ts';
import type { Clock } from '../runtime/clock.ts';
import type { PartSink, SessionSpec, SessionStore } from './ports.ts';
import { CHUNK_WAIT_MS } from './chunk-order.ts';
import { createFillReach } from './fill-reach.ts';
import { createTakeClock } from './take-clock.ts';
import type { Placement, TimelineChunk } from './timeline.ts';
import {
  CHUNK_OVERHEAD_BYTES,
  createSessionTrack,
  moveTrack,
  positionOf,
  type SessionTrack,
} from './track.ts';
import { createTrackOutput } from './track-output.ts';

/** How often a running part's report is written down: a storm of gaps must not become one of writes. */
const NOTE_INTERVAL_MS = 1000;
/** So many at once, where they are rare: a kill just after a gap must not make audio of its silence. */
const NOTES_AT_ONCE = 8;

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
  /** Hears what is placed, once each, in order for each track; frames count from the take's start. */
  readonly onPlaced: (track: Track, startFrame: number, placement: Placement) => void;
  /** Called when a part can no longer be written; `relocate`, or `settle` and `finish`, are to follow. */
  readonly onWriteError: (error: unknown) => void;
}

export interface ClosedPart {
  readonly message: ServerMessageOf<'recording_stopped'>;
  /** Tells of the files that become final later, as they do. To be called once the message has been sent. */
  tellLate(): void;
}

export interface ChunkInput {
  readonly seq?: number | undefined;
  readonly startFrame?: number | undefined;
  readonly gapCause?: GapCause | undefined;
  /** Whole frames in the session's encoding. */
  readonly bytes: Uint8Array;
  /** When it came, by the monotonic clock. */
  readonly arrivedMs: number;
}

/** A marker that was taken; `written` as SessionStore.addMarker tells it. */
export interface AddedMarker {
  readonly index: number;
  readonly label: string;
  readonly seconds: number;
  readonly written: Promise<void> | undefined;
}

/** One stretch from start to stop: its tracks, and its parts one after another. */
export interface Take {
  /** Places a chunk; says which limit, if any, now ends the session. Not to be called again before it resolves. */
  accept(track: Track, chunk: ChunkInput): Promise<PartEnd | undefined>;
  /** Leaves a chunk out that came during a pause. */
  skip(track: Track, seq: number | undefined): void;
  /** Counts a chunk that was answered with an error. */
  reject(track: Track): void;
  /**
   * A numbered chunk was answered with an error for good: what follows it does not wait for it. As `accept`.
   * @param bytes its audio, where that is known.
   */
  refuse(track: Track, seq: number, bytes: number | undefined): Promise<PartEnd | undefined>;
  /** True where `tick` has something to do. */
  readonly isDue: boolean;
  /** Places what has waited for an earlier chunk for long enough, and writes down what is to be. As `accept`. */
  tick(): Promise<PartEnd | undefined>;
  /** The sender is made to wait until then, and its audio with it. */
  heldUp(untilMs: number): void;
  /** Says that time does not count from then on, or counts again. */
  pause(atMs: number): Promise<void>;
  resume(atMs: number): void;
  addMarker(label: string): AddedMarker;
  /** Goes on in the fallback folder with everything that has not reached a file. */
  relocate(reason: StopReason): Promise<void>;
  readonly relocated: boolean;
  /** Why the part in use can no longer be written; nothing once it has been relocated. */
  readonly failure: unknown;
  /** In which parts a stretch lies, in frames since the take's start. */
  locate(startFrame: number, endFrame: number): readonly PartStretch[];
  /** Frames of a track since the take's start. */
  positionOf(track: Track): number;
  /** Where a chunk without a position would begin that came at `arrivedMs`: the track's end, or where the clock is. */
  nextFrame(track: Track, arrivedMs: number): number;
  /** Places what is held back, lets live tracks end together, and resolves when all is written or has failed. */
  settle(): Promise<void>;
  /** Closes every part; the last one's outcome is returned, not sent. To follow `settle`. */
  finish(reason: StopReason | undefined): Promise<ClosedPart>;
  readonly tracks: readonly SessionTrack[];
  readonly part: number;
  /** Seconds of audio frames over all parts. */
  readonly durationSeconds: number;
  readonly totalBytes: number;
  /** Bytes accepted and not yet in a file, with the memory that they take besides. */
  readonly queuedBytes: number;
  /** Bytes of file a second of audio makes, deliveries left out. */
  readonly bytesPerSecond: number;
  /** Seconds by which a live track trails the clock; 0 for others. */
  behindClockSeconds(track: Track): number;
  /** Settles when what is queued now has been written. */
  drained(): Promise<void>;
}

export async function openTake(options: TakeOptions): Promise<Take> {
  const { spec, store, clock, limits, send } = options;
  const bytesPerFrame = 2 * spec.channels;
  const oneSecondOfSilence = new Uint8Array(spec.sampleRate * bytesPerFrame);

  const takeClock = createTakeClock(clock);
  const { liveMs } = takeClock;
  const reach = createFillReach(spec.sampleRate, () => takeClock.elapsedMs);

  const openPart = async (number: number, originFrame: number): Promise<Part> => {
    const warn = (message: string, filePath?: string): void => {
      const about = filePath === undefined ? {} : { file_path: filePath };
      send({ type: 'warning', code: 'encoder', message, ...about });
    };
    const sink = await store.openPart({
      session: spec,
      part: number,
      startedAtMs: clock.wallMs(),
      relocated,
      warn,
    });
    origins.push({ number, originFrame });
    return createPart({ number, sink, spec, limits, live: options.live, originFrame, beganAtMs: liveMs() });
  };

  const origins: { readonly number: number; readonly originFrame: number }[] = [];
  let relocated = false;
  /** True while audio that was placed before is placed again, in another folder. */
  let replaying = false;
  let newest = await openPart(options.firstPart, 0);
  takeClock.begin();
  let earlierBytes = 0;
  let markersAdded = 0;
  /** When all notes so far would have been made at their usual interval. */
  let notedUpToMs = -Infinity;
  const partsToNote = new Set<Part>();
  const failedSinks = new Set<PartSink>();
  let failure: unknown;
  const closing: Promise<void>[] = [];
  const tracks = spec.tracks.map((name) =>
    createSessionTrack(name, {
      spec,
      part: newest,
      clock: takeClock,
      longestFill: limits.maxDurationSeconds * spec.sampleRate,
      reach: reach.frames,
    }),
  );

  const trackNamed = (name: Track): SessionTrack => {
    const track = tracks.find((candidate) => candidate.name === name);
    if (track === undefined)
      throw new LecternError(
        'INVALID_CHUNK',
        `Invalid audio chunk: expected a track of this session (${spec.tracks.join(', ')}), got ${name}`,
      );
    return track;
  };

  const partsInUse = (): Part[] =>
    [...new Set(tracks.map((track) => track.part))].sort((a, b) => a.number - b.number);

  const clockFrames = (part: Part): number | null =>
    // A pause that was asked for while the part was being opened began before it.
    options.live ? Math.round((Math.max(0, liveMs() - part.beganAtMs) / 1000) * spec.sampleRate) : null;

  const noteFailure = (sink: PartSink, error: unknown): void => {
    if (failedSinks.has(sink)) return;
    failedSinks.add(sink);
    failure = error;
    options.onWriteError(error);
  };

  const { append, noteWritten } = createTrackOutput({
    send,
    onFailure: noteFailure,
    hasFailed: (sink) => failedSinks.has(sink),
  });

  const noteNow = (part: Part): void => {
    partsToNote.delete(part);
    store.noteReport(spec.sessionId, part.number, reportOf(part, null));
    for (const { muted } of part.tracks.values()) muted?.noted();
  };

  const mayNote = (): boolean => notedUpToMs - clock.monotonicMs() <= (NOTES_AT_ONCE - 1) * NOTE_INTERVAL_MS;

  const noteDueReports = (): void => {
    if (partsToNote.size === 0 || !mayNote()) return;
    notedUpToMs = Math.max(clock.monotonicMs(), notedUpToMs) + NOTE_INTERVAL_MS;
    for (const track of tracks) track.place.waiting = claimOf(track);
    for (const part of partsToNote) noteNow(part);
  };

  const noteReport = (part: Part): void => {
    partsToNote.add(part);
    noteDueReports();
  };

  /** What waits in memory is told before more of it comes, with room to grow: not every chunk is worth a write. */
  const claimOf = (track: SessionTrack): number => 2 * track.timeline.heldFrames;

  const noteWaiting = (track: SessionTrack): void => {
    const { place, timeline, part } = track;
    if (timeline.heldFrames > place.waiting) {
      place.waiting = claimOf(track);
      noteNow(part);
    } else if (timeline.heldFrames === 0 && place.waiting > 0) partsToNote.add(part);
  };

  const write = (track: SessionTrack, placement: Placement): void => {
    const { part, place } = track;
    const { frames } = placement;
    if (placement.kind === 'jump') {
      addJump(part, place, frames, placement.cause);
      noteReport(part);
      if (!replaying) options.onPlaced(track.name, positionOf(track), placement);
      return;
    }
    if (placement.kind === 'audio') {
      place.captured += frames;
      if (!replaying) reach.noteCaptured(frames);
      place.muted?.observe(placement.pcm, place.position);
      append(track, placement, placement.pcm);
    } else {
      addGap(part, place, frames, placement.cause);
      for (let left = frames; left > 0; left -= spec.sampleRate) {
        const some = Math.min(left, spec.sampleRate);
        append(track, { ...placement, frames: some }, oneSecondOfSilence.subarray(0, some * bytesPerFrame));
      }
    }
    place.position += frames;
    if (!replaying) options.onPlaced(track.name, positionOf(track) - frames, placement);
    if (placement.kind === 'silence' || place.muted?.isNews === true) noteReport(part);
    const share = part.budget.use(frames, place.position);
    if (share !== undefined) send(limitNearWarning(share, options.onLimit));
  };

  /** Makes a part's account agree with its files where they could not all be written. */
  const settleAccount = (part: Part): void => {
    if (!failedSinks.has(part.sink)) return;
    for (const place of part.tracks.values()) {
      const before = place.position;
      cutBack(part, place, Math.floor(part.sink.writtenBytes(place.track) / bytesPerFrame));
      if (!relocated) place.unwritten = before - place.position;
    }
  };

  const closePart = async (
    part: Part,
    reason: StopReason | undefined,
    continues: boolean,
  ): Promise<ClosedPart> => {
    settleAccount(part);
    partsToNote.delete(part);
    for (const place of part.tracks.values()) place.waiting = 0;
    const report = reportOf(part, clockFrames(part));
    const durationSeconds = partFrames(part) / spec.sampleRate;
    const { files, pending, late } = await part.sink.finish({
      report,
      markers: part.markers,
      durationSeconds,
      ...(reason === undefined ? {} : { reason }),
    });
    return {
      message: {
        type: 'recording_stopped',
        session_id: spec.sessionId,
        part: part.number,
        duration_seconds: durationSeconds,
        files: [...files],
        ...(pending.length === 0 ? {} : { pending: [...pending] }),
        report: part.sink.accountFor?.(report) ?? report,
        continues,
        ...(reason === undefined ? {} : { reason }),
      },
      tellLate() {
        for (const completed of late)
          void completed.then((file) => {
            if (file !== undefined) send({ type: 'file_completed', session_id: spec.sessionId, file });
          });
      },
    };
  };

  const tell = ({ message, tellLate }: ClosedPart): void => {
    send(message);
    tellLate();
  };

  /** Closes a part that no track writes to any more, and says that the next one has begun. */
  const closeIfLeft = (part: Part, reason: StopReason): void => {
    if (tracks.some((track) => track.part === part)) return;
    earlierBytes += part.budget.totalBytes;
    const next = newest;
    // Parts may finish in any order; their client hears of them in theirs.
    const earlier = closing.at(-1) ?? Promise.resolve();
    const closed = Promise.all([closePart(part, reason, true), earlier]);
    closing.push(
      closed.then(
        ([ended]) => {
          tell(ended);
          send(startedMessage(spec, next.number));
        },
        (error: unknown) => {
          options.onWriteError(error);
        },
      ),
    );
  };

  /** Sends `track` on to the next part, which the first track to arrive opens; leaves it where that fails. */
  const rollOver = async (track: SessionTrack, end: PartEnd): Promise<void> => {
    const { part } = track;
    // A part is left once it holds all that was given to it: what it could not take must not follow later audio.
    await track.lastAppend;
    if (failedSinks.has(part.sink)) return;
    if (part.endFrame === undefined) {
      // Where the track that is ahead has got to: what it has written cannot be taken back.
      const here = tracks.filter((other) => other.part === part);
      const endFrame = Math.max(...here.map((other) => other.place.position));
      if (end !== 'SPLIT') send(limitError(end));
      try {
        newest = await openPart(part.number + 1, part.originFrame + endFrame);
      } catch (error) {
        noteFailure(part.sink, error);
        return;
      }
      part.endFrame = endFrame;
    }
    if (track.place.position < part.endFrame) return;
    moveTrack(track, newest, newest.originFrame);
    closeIfLeft(part, reasonOf(end));
  };

  const abreast = createKeepAbreast({
    tracks,
    sampleRate: spec.sampleRate,
    live: options.live,
    write,
    isLost: (part) => failedSinks.has(part.sink),
    async flush(track) {
      await placeAll(track, track.timeline.flush());
    },
    async leave(track) {
      const { part } = track;
      await track.lastAppend;
      if (failedSinks.has(part.sink)) return false;
      moveTrack(track, newest, newest.originFrame);
      closeIfLeft(part, 'duration_limit');
      return true;
    },
  });

  const place = async (track: SessionTrack, placement: Placement): Promise<PartEnd | undefined> => {
    let rest = placement;
    while (rest.frames > 0) {
      const { part, place: at } = track;
      if (failedSinks.has(part.sink) || rest.kind === 'jump') {
        // A failed part keeps it, limits or not, until it is known whether recording can go on elsewhere.
        write(track, rest);
        break;
      }
      // Where another track has already ended the part, this one only follows: to it that is no limit.
      const room =
        part.endFrame === undefined
          ? part.budget.fit(at.position, rest.frames)
          : { frames: Math.min(rest.frames, part.endFrame - at.position), end: 'SPLIT' as const };
      if (room.frames > 0) write(track, slicePlacement(rest, 0, room.frames, bytesPerFrame));
      rest = slicePlacement(rest, room.frames, rest.frames, bytesPerFrame);
      if (rest.frames === 0 || room.end === undefined) break;
      if (options.onLimit === 'stop' && room.end !== 'SPLIT') return room.end;
      await rollOver(track, room.end);
    }
    return undefined;
  };

  const placeAll = async (
    track: SessionTrack,
    placements: readonly Placement[],
  ): Promise<PartEnd | undefined> => {
    for (const placement of placements) {
      const end = await place(track, placement);
      if (end !== undefined) return end;
    }
    return undefined;
  };

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

  const placeHeld = async (): Promise<void> => {
    for (const track of tracks) await placeAll(track, track.timeline.flush());
  };

  /** Places what a track's timeline has let go of, whatever made it. */
  const advance = async (
    track: SessionTrack,
    placements: readonly Placement[],
  ): Promise<PartEnd | undefined> => {
    for (const placement of placements)
      if (placement.kind === 'audio') observe(track, placement.pcm, placement.frames);
    const end = await placeAll(track, placements);
    noteWritten(track);
    noteWaiting(track);
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

  const drained = async (): Promise<void> => {
    await Promise.all(tracks.map((track) => track.lastAppend));
  };

  return {
    async accept(name, { seq, startFrame: claimed, gapCause, bytes, arrivedMs }) {
      const track = trackNamed(name);
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
      const track = trackNamed(name);
      if (seq !== undefined) track.timeline.skip(seq);
      noteWritten(track);
    },
    async refuse(name, seq, bytes) {
      const track = tracks.find((candidate) => candidate.name === name);
      if (track === undefined) return undefined;
      const frames = bytes === undefined ? undefined : Math.floor(bytes / frameBytes(spec));
      return advanceIfAny(track, track.timeline.refuse(seq, frames));
    },
    get isDue() {
      const waitsSinceMs = Math.min(...tracks.map(({ timeline }) => timeline.heldSinceMs));
      return clock.monotonicMs() - waitsSinceMs >= CHUNK_WAIT_MS || (partsToNote.size > 0 && mayNote());
    },
    async tick() {
      let end: PartEnd | undefined;
      for (const track of tracks) end ??= await advanceIfAny(track, track.timeline.tick(clock.monotonicMs()));
      noteDueReports();
      return end;
    },
    heldUp(untilMs) {
      for (const { arrival } of tracks) arrival?.heldUp(untilMs);
    },
    reject(name) {
      const track = tracks.find((candidate) => candidate.name === name) ?? tracks[0];
      if (track !== undefined) track.place.rejected++;
    },
    async pause(atMs) {
      // What waits for an earlier chunk was captured before the pause.
      await placeHeld();
      takeClock.pause(atMs);
    },
    resume(atMs) {
      takeClock.resume(atMs);
    },
    addMarker(wanted) {
      const leader = tracks.reduce((best, track) => (positionOf(track) > positionOf(best) ? track : best));
      const index = markersAdded;
      const label = wanted === '' ? `Marker ${index + 1}` : wanted;
      const marker = { part: leader.part.number, frame: leader.place.position, label };
      const seconds = positionOf(leader) / spec.sampleRate;
      const written = store.addMarker(spec.sessionId, marker);
      leader.part.markers.push(marker);
      markersAdded++;
      return { index, label, seconds, written };
    },
    async relocate(reason) {
      const failed = partsInUse();
      relocated = true;
      await drained();
      // What did not reach a file is not behind the new part, but its first audio.
      const written = (track: SessionTrack): number =>
        Math.floor(track.part.sink.writtenBytes(track.name) / bytesPerFrame);
      const reached = tracks.map(
        (track) => track.earlierFrames + Math.min(track.place.position, written(track)),
      );
      newest = await openPart(newest.number + 1, Math.max(...reached)).catch((error: unknown) => {
        relocated = false;
        throw error;
      });
      failure = undefined;
      for (const track of tracks) {
        const { part, pending } = track;
        const before = track.place.position;
        cutBack(part, track.place, written(track));
        const unwritten = lastFrames(pending, before - track.place.position, bytesPerFrame);
        moveTrack(track, newest, positionOf(track));
        replaying = true;
        await placeAll(track, unwritten).finally(() => (replaying = false));
        noteWritten(track);
      }
      for (const part of failed) closeIfLeft(part, reason);
    },
    get failure() {
      return failure;
    },
    locate(startFrame, endFrame) {
      return origins.flatMap(({ number, originFrame }, index) => {
        const from = Math.max(startFrame, originFrame);
        const to = Math.min(endFrame, origins[index + 1]?.originFrame ?? Infinity);
        return to > from ? [{ part: number, startFrame: from - originFrame, frames: to - from }] : [];
      });
    },
    positionOf: (name) => positionOf(trackNamed(name)),
    nextFrame(name, arrivedMs) {
      const track = trackNamed(name);
      return positionOf(track) + track.timeline.silenceBefore(clockFrameOf(track, arrivedMs));
    },
    async settle() {
      await placeHeld();
      await abreast.finish();
      await drained();
    },
    async finish(reason) {
      const unfinished = partsInUse();
      const last = unfinished.pop() ?? newest;
      for (const part of unfinished) closing.push(closePart(part, 'duration_limit', true).then(tell));
      // A part that could not be closed must not keep the last one open.
      const closed = await Promise.allSettled(closing);
      for (const outcome of closed) if (outcome.status === 'rejected') send(errorMessage(outcome.reason));
      return closePart(last, reason, false);
    },
    get relocated() {
      return relocated;
    },
    tracks,
    get part() {
      return newest.number;
    },
    get durationSeconds() {
      return Math.max(...tracks.map(positionOf)) / spec.sampleRate;
    },
    get totalBytes() {
      return earlierBytes + partsInUse().reduce((sum, part) => sum + part.budget.totalBytes, 0);
    },
    get queuedBytes() {
      return (
        partsInUse().reduce((sum, part) => sum + part.sink.queuedBytes, 0) +
        tracks.reduce(
          (sum, { timeline, pending }) => sum + timeline.heldBytes + pending.length * CHUNK_OVERHEAD_BYTES,
          0,
        )
      );
    },
    // The mix grows as a track does.
    bytesPerSecond:
      spec.sampleRate * bytesPerFrame * (spec.tracks.length + (spec.record.includes('mixed') ? 1 : 0)),
    behindClockSeconds(name) {
      const { part, place: at } = trackNamed(name);
      const expected = clockFrames(part) ?? 0;
      return Math.max(0, expected - at.position - at.jumped) / spec.sampleRate;
    },
    drained,
  };
}
