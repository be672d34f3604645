import { decodeToPcm16 } from '../audio/pcm.ts';
import type { Track } from '../contract/audio-format.ts';
import type { GapCause } from '../contract/capture-report.ts';
import { LecternError } from '../contract/errors.ts';
import type { Limits } from '../contract/limits.ts';
import type { ServerMessage, StopReason } from '../contract/server-messages.ts';
import { addGap, createPart, partFrames, reportOf, type Part } from './part.ts';
import type { PartLimit } from './part-budget.ts';
import type { Clock, PartSummary, SessionSpec, SessionStore } from './ports.ts';
import { limitError, limitNearWarning, reasonOf, signalWarning, startedMessage } from './messages.ts';
import type { Placement, TimelineChunk } from './timeline.ts';
import { createSessionTrack, moveTrack, type SessionTrack } from './track.ts';

/** A slower track may trail a part's end by this much before the rest of the part is filled with silence. */
const TRAILING_SECONDS = 5;

export interface TakeOptions {
  readonly spec: SessionSpec;
  readonly firstPart: number;
  readonly onLimit: 'stop' | 'continue';
  readonly limits: Limits;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly send: (message: ServerMessage) => void;
  /** Called once when audio can no longer be written. */
  readonly onWriteError: (error: unknown) => void;
}

/** What happened to a chunk's frames. */
export type WriteOutcome = { readonly stoppedBy?: PartLimit };

/** One stretch from start to stop: its tracks, and its parts one after another. */
export interface Take {
  /** Places a chunk of whole samples in the session's encoding. Not to be called again before it resolves. */
  accept(
    track: Track,
    chunk: { seq?: number | undefined; startFrame?: number | undefined; bytes: Uint8Array },
  ): Promise<WriteOutcome>;
  /** Leaves a chunk out that came during a pause. */
  skip(track: Track, seq: number | undefined): void;
  /** Counts a chunk that was answered with an error. */
  reject(track: Track): void;
  addMarker(label: string): { readonly index: number; readonly seconds: number };
  /** Places what is held back and closes every part; the last one's outcome is returned, not sent. */
  finish(reason: StopReason | undefined): Promise<ServerMessage>;
  readonly tracks: readonly SessionTrack[];
  readonly part: number;
  /** Seconds of audio frames over all parts. */
  readonly durationSeconds: number;
  readonly totalBytes: number;
  /** Bytes accepted and not yet in a file. */
  readonly queuedBytes: number;
  /** Settles when what is queued now has been written. */
  drained(): Promise<void>;
}

export async function openTake(options: TakeOptions): Promise<Take> {
  const { spec, store, clock, limits, send } = options;
  const bytesPerFrame = 2 * spec.channels;
  const oneSecondOfSilence = new Uint8Array(spec.sampleRate * bytesPerFrame);

  const openPart = async (number: number): Promise<Part> => {
    const warn = (message: string): void => {
      send({ type: 'warning', code: 'encoder', message });
    };
    const sink = await store.openPart({ session: spec, part: number, startedAtMs: clock.wallMs(), warn });
    return createPart(number, sink, spec, limits);
  };

  let newest = await openPart(options.firstPart);
  let earlierBytes = 0;
  let failed = false;
  const finishing: Promise<void>[] = [];
  const markerCount = { total: 0 };
  const tracks = spec.tracks.map((name) => createSessionTrack(name, spec, newest));

  const trackNamed = (name: Track): SessionTrack => {
    const track = tracks.find((candidate) => candidate.name === name);
    if (track === undefined)
      throw new LecternError(
        'INVALID_CHUNK',
        `expected a track of this session (${spec.tracks.join(', ')}), got ${name}`,
      );
    return track;
  };

  const fail = (error: unknown): void => {
    if (failed) return;
    failed = true;
    options.onWriteError(error);
  };

  const acknowledge = (track: SessionTrack): void => {
    if (track.ackDue || track.writtenSeq === 0) return;
    track.ackDue = true;
    // The writer settles a whole batch at once: one acknowledgement then speaks for all of it.
    void Promise.resolve().then(() => {
      track.ackDue = false;
      send({ type: 'ack', track: track.name, seq: track.writtenSeq - 1, frames: track.writtenFrames });
    });
  };

  const append = (track: SessionTrack, pcm: Uint8Array): void => {
    const appended = track.part.sink.append(track.name, pcm);
    appended.catch(fail);
    track.lastAppend = appended.catch(() => undefined);
  };

  const write = (track: SessionTrack, placement: Placement, from: number, frames: number): void => {
    const { part, place } = track;
    if (placement.kind === 'audio') {
      const pcm = placement.pcm.subarray(from * bytesPerFrame, (from + frames) * bytesPerFrame);
      place.captured += frames;
      append(track, pcm);
    } else {
      addGap(part, place, frames, placement.cause);
      for (let left = frames; left > 0; left -= spec.sampleRate)
        append(track, oneSecondOfSilence.subarray(0, Math.min(left, spec.sampleRate) * bytesPerFrame));
    }
    place.position += frames;
    const share = part.budget.use(frames, place.position);
    if (share !== undefined) send(limitNearWarning(share, options.onLimit));
  };

  const padToEnd = (track: SessionTrack, endFrame: number, cause: GapCause): void => {
    const missing = endFrame - track.place.position;
    // A track that brought nothing to this part was not late, it was not there.
    if (missing > 0 && track.place.position > 0)
      write(track, { kind: 'silence', frames: missing, cause }, 0, missing);
  };

  const summaryOf = (part: Part, reason: StopReason | undefined): PartSummary => ({
    report: reportOf(part),
    markers: part.markers,
    durationSeconds: partFrames(part) / spec.sampleRate,
    ...(reason === undefined ? {} : { reason }),
  });

  const closePart = async (part: Part, reason: StopReason | undefined): Promise<ServerMessage> => {
    const summary = summaryOf(part, reason);
    const files = await part.sink.finish(summary);
    return {
      type: 'recording_stopped',
      session_id: spec.sessionId,
      part: part.number,
      duration_seconds: summary.durationSeconds,
      files: [...files],
      report: summary.report,
      ...(reason === undefined ? {} : { reason }),
    };
  };

  const closeIfLeft = (part: Part, limit: PartLimit): void => {
    if (tracks.some((track) => track.part === part)) return;
    earlierBytes += part.budget.totalBytes;
    const next = newest;
    const closed = closePart(part, reasonOf(limit)).then(
      (message) => {
        send(message);
        send(startedMessage(spec, next.number));
      },
      (error: unknown) => fail(error),
    );
    finishing.push(closed);
  };

  /** Opens the next part at the limit that `track` has met, and takes along the tracks that trail too far. */
  const rollOver = async (track: SessionTrack, limit: PartLimit): Promise<void> => {
    const part = track.part;
    if (part.endFrame === undefined) {
      part.endFrame = track.place.position;
      send(limitError(limit));
      newest = await openPart(part.number + 1);
    }
    moveTrack(track, newest);
    closeIfLeft(part, limit);
  };

  const hurryTrailing = (leader: SessionTrack): void => {
    if (leader.place.position < TRAILING_SECONDS * spec.sampleRate) return;
    for (const track of tracks) {
      const { part } = track;
      if (part === leader.part || part.endFrame === undefined) continue;
      padToEnd(track, part.endFrame, 'missing_chunks');
      moveTrack(track, leader.part);
      closeIfLeft(part, 'DURATION_LIMIT');
    }
  };

  const place = async (track: SessionTrack, placement: Placement): Promise<WriteOutcome> => {
    let done = 0;
    while (done < placement.frames) {
      const { part, place: at } = track;
      const left = placement.frames - done;
      const room =
        part.endFrame === undefined
          ? part.budget.fit(at.position, left)
          : { frames: Math.min(left, part.endFrame - at.position), limit: 'DURATION_LIMIT' as const };
      if (room.frames > 0) write(track, placement, done, room.frames);
      done += room.frames;
      if (done === placement.frames || room.limit === undefined) break;
      if (options.onLimit === 'stop') return { stoppedBy: room.limit };
      await rollOver(track, room.limit);
    }
    hurryTrailing(track);
    return {};
  };

  const placeAll = async (track: SessionTrack, placements: readonly Placement[]): Promise<WriteOutcome> => {
    for (const placement of placements) {
      const outcome = await place(track, placement);
      if (outcome.stoppedBy !== undefined) return outcome;
    }
    return {};
  };

  const observe = (track: SessionTrack, pcm: Uint8Array, frames: number): void => {
    const clippedBefore = track.monitor.clippedSamples;
    const change = track.monitor.observe(pcm, frames);
    track.place.clippedSamples += track.monitor.clippedSamples - clippedBefore;
    const warning = change === undefined ? undefined : signalWarning(track.name, change);
    if (warning !== undefined) send(warning);
  };

  const noteWritten = (track: SessionTrack): void => {
    const seq = track.timeline.nextSeq;
    const frames = track.earlierFrames + track.place.position;
    void track.lastAppend.then(() => {
      if (failed) return;
      track.writtenSeq = seq;
      track.writtenFrames = frames;
      acknowledge(track);
    });
  };

  return {
    async accept(name, { seq, startFrame, bytes }) {
      const track = trackNamed(name);
      const pcm = decodeToPcm16(spec.encoding, bytes);
      const frames = pcm.byteLength / bytesPerFrame;
      refuseFarAhead(startFrame, track, limits, spec);
      const chunk: TimelineChunk = { seq, startFrame, frames, pcm };
      const { duplicated, late } = track.timeline;
      const placements = track.timeline.accept(chunk);
      track.place.received++;
      track.place.duplicated += track.timeline.duplicated - duplicated;
      track.place.late += track.timeline.late - late;
      if (placements.length > 0) observe(track, pcm, frames);
      const outcome = await placeAll(track, placements);
      if (seq !== undefined) noteWritten(track);
      return outcome;
    },
    skip(name, seq) {
      const track = trackNamed(name);
      track.timeline.skip({ seq, frames: 0, pcm: new Uint8Array(0) });
      if (seq !== undefined) noteWritten(track);
    },
    reject(name) {
      const track = tracks.find((candidate) => candidate.name === name) ?? tracks[0];
      if (track !== undefined) track.place.rejected++;
    },
    addMarker(label) {
      const leader = tracks.reduce((best, track) => (positionOf(track) > positionOf(best) ? track : best));
      const index = markerCount.total++;
      const marker = {
        part: leader.part.number,
        frame: leader.place.position,
        label: label || `Marker ${index + 1}`,
      };
      leader.part.markers.push(marker);
      store.addMarker(spec.sessionId, marker);
      return { index, seconds: positionOf(leader) / spec.sampleRate };
    },
    async finish(reason) {
      for (const track of tracks) {
        if (failed) break;
        await placeAll(track, track.timeline.flush());
      }
      const unfinished = [...new Set(tracks.map((track) => track.part))].sort((a, b) => a.number - b.number);
      const last = unfinished.pop() ?? newest;
      for (const part of unfinished) {
        for (const track of tracks)
          if (track.part === part && part.endFrame !== undefined)
            padToEnd(track, part.endFrame, 'missing_chunks');
        finishing.push(closePart(part, 'duration_limit').then(send));
      }
      await Promise.all(finishing);
      return closePart(last, reason);
    },
    tracks,
    get part() {
      return newest.number;
    },
    get durationSeconds() {
      return Math.max(...tracks.map(positionOf)) / spec.sampleRate;
    },
    get totalBytes() {
      return (
        earlierBytes +
        [...new Set(tracks.map((track) => track.part))].reduce((sum, part) => sum + part.budget.totalBytes, 0)
      );
    },
    get queuedBytes() {
      const parts = new Set(tracks.map((track) => track.part));
      return (
        [...parts].reduce((sum, part) => sum + part.sink.queuedBytes, 0) +
        tracks.reduce((sum, track) => sum + track.timeline.heldBytes, 0)
      );
    },
    drained: async () => {
      await Promise.all(tracks.map((track) => track.lastAppend));
    },
  };
}

/** Frames of a track over all parts. */
function positionOf(track: SessionTrack): number {
  return track.earlierFrames + track.place.position;
}

/** A hole longer than a whole part is a sender's mistake, not a hole: filling it would only fill the disk. */
function refuseFarAhead(
  startFrame: number | undefined,
  track: SessionTrack,
  limit: Limits,
  spec: SessionSpec,
): void {
  if (startFrame === undefined) return;
  const furthest = track.timeline.nextFrame + limit.maxDurationSeconds * spec.sampleRate;
  if (startFrame > furthest)
    throw new LecternError('INVALID_CHUNK', `expected a start frame up to ${furthest}, got ${startFrame}`);
}
