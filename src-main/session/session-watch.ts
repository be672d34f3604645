import type { Track } from '../contract/audio-format.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import { behindClockWarning, diskLowWarning, noDataWarning } from './messages.ts';

/** A live source that stops is reported within a second; other sources may send in bursts. */
const LIVE_STALLED_AFTER_MS = 700;
const STALLED_AFTER_MS = 3000;
/** Where a live source is this far behind the clock, audio was lost without a report; clock drift alone is far less. */
const BEHIND_CLOCK_SECONDS = 2;
/** Minutes of room left at which the user is warned. */
const DISK_WARN_MINUTES = [30, 10, 2] as const;

export interface SessionWatchOptions {
  readonly tracks: readonly Track[];
  readonly live: boolean;
  readonly nowMs: () => number;
  readonly send: (message: ServerMessage) => void;
  readonly behindClockSeconds: (track: Track) => number;
}

/** Watches one recording: reports to its user, once each, problems that the audio alone cannot show. */
export interface SessionWatch {
  /** A chunk of this track has come. */
  noteChunk(track: Track): void;
  /** Milliseconds since the last chunk of this track. */
  quietMs(track: Track): number;
  /** Starts the waiting time anew: the delay so far was not caused by the sources. */
  restartWait(): void;
  /** Looks at the clock. */
  tick(): void;
  /** Updates how long the disk will last. */
  noteDiskMinutes(minutes: number): void;
  readonly diskMinutesLeft: number | undefined;
}

/** A source that should deliver all the time: a live track, or all tracks together of a sender with its own pace. */
interface Source {
  readonly tracks: readonly Track[];
  lastChunkMs: number;
  stallReported: boolean;
  /** True where it was behind at the last check. */
  wasBehind: boolean;
  behindReported: boolean;
}

export function createSessionWatch(options: SessionWatchOptions): SessionWatch {
  const { tracks, live, nowMs, send, behindClockSeconds } = options;
  const stalledAfterMs = live ? LIVE_STALLED_AFTER_MS : STALLED_AFTER_MS;
  // A bot that has nothing to say sends nothing: so a sender with its own pace is late only where no track brings
  // anything.
  const sources = (live ? tracks.map((track) => [track]) : [tracks]).map((own): Source => ({
    tracks: own,
    lastChunkMs: nowMs(),
    stallReported: false,
    wasBehind: false,
    behindReported: false,
  }));
  let waitFromMs = nowMs();
  let allStalledReported = false;
  let diskMinutesLeft: number | undefined;
  let diskReportedMinutes = Infinity;

  const sourceOf = (track: Track): Source | undefined =>
    sources.find((source) => source.tracks.includes(track));
  const stalledMs = (source: Source): number => nowMs() - Math.max(source.lastChunkMs, waitFromMs);

  const tellOfStalls = (): void => {
    const stalled = sources.filter((source) => stalledMs(source) >= stalledAfterMs);
    const news = stalled.filter(({ stallReported }) => !stallReported);
    for (const source of news) source.stallReported = true;
    if (news.length === 0) return;
    allStalledReported = stalled.length === sources.length;
    if (allStalledReported) send(noDataWarning(Math.min(...stalled.map(stalledMs)) / 1000));
    else {
      const others = sources.filter((source) => !stalled.includes(source)).flatMap(({ tracks }) => tracks);
      for (const source of news)
        for (const track of source.tracks) send(noDataWarning(stalledMs(source) / 1000, track, others));
    }
  };

  const tellOfDelay = (source: Source, track: Track): void => {
    if (source.stallReported || source.behindReported) return;
    const behind = behindClockSeconds(track);
    // One check may fall between a chunk's arrival and its place in the file.
    const { wasBehind } = source;
    source.wasBehind = behind >= BEHIND_CLOCK_SECONDS;
    if (!wasBehind || !source.wasBehind) return;
    source.behindReported = true;
    send(behindClockWarning(behind, tracks.length > 1 ? track : undefined));
  };

  return {
    noteChunk(track) {
      const source = sourceOf(track);
      if (source === undefined) return;
      source.lastChunkMs = nowMs();
      source.stallReported = false;
      if (!allStalledReported) return;
      // The first message, that everything had stopped, is no longer true; tracks that still stand are reported by
      // name.
      allStalledReported = false;
      for (const other of sources) other.stallReported = false;
    },
    quietMs: (track) => nowMs() - (sourceOf(track)?.lastChunkMs ?? nowMs()),
    restartWait() {
      waitFromMs = nowMs();
    },
    tick() {
      tellOfStalls();
      if (!live) return;
      for (const source of sources) for (const track of source.tracks) tellOfDelay(source, track);
    },
    noteDiskMinutes(minutes) {
      diskMinutesLeft = minutes;
      const threshold = DISK_WARN_MINUTES.findLast((candidate) => minutes < candidate);
      if (threshold === undefined || threshold >= diskReportedMinutes) return;
      diskReportedMinutes = threshold;
      send(diskLowWarning(minutes));
    },
    get diskMinutesLeft() {
      return diskMinutesLeft;
    },
  };
}
