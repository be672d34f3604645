import type { ServerMessage } from '../contract/server-messages.ts';
import type { SinkFailures } from './sink-failures.ts';
import type { Placement } from './timeline.ts';
import { wireSeq } from './serial-number.ts';
import { positionOf, type SessionTrack } from './track.ts';

export interface TrackOutputOptions {
  readonly send: (message: ServerMessage) => void;
  readonly failures: SinkFailures;
}

export interface TrackOutput {
  /** Hands audio to the track's part, and keeps it until it is in the file. */
  append(track: SessionTrack, placement: Placement, pcm: Uint8Array): void;
  /**
   * Counts all chunks placed so far as written once they are, and acknowledges them to a client that numbers its
   * chunks.
   */
  noteWritten(track: SessionTrack): void;
}

/** Sends audio from a take's tracks to their files, and acknowledges it to the client once it is there. */
export function createTrackOutput({ send, failures }: TrackOutputOptions): TrackOutput {
  const acknowledge = (track: SessionTrack): void => {
    if (track.ackDue || track.writtenSeq === 0) return;
    track.ackDue = true;
    // The writer settles a whole batch at once: one acknowledgement then covers all of it.
    void Promise.resolve().then(() => {
      track.ackDue = false;
      send({
        type: 'ack',
        track: track.name,
        seq: wireSeq(track.writtenSeq - 1),
        frames: track.writtenFrames,
      });
    });
  };

  return {
    append(track, placement, pcm) {
      const { sink } = track.part;
      track.pending.push(placement);
      track.lastAppend = sink.append(track.name, pcm).then(
        () => {
          // Appends of one track settle in order, so the first pending one is this one.
          if (track.part.sink === sink) track.pending.shift();
        },
        (error: unknown) => {
          failures.note(sink, error);
        },
      );
    },
    noteWritten(track) {
      const seq = track.timeline.nextSeq;
      const frames = positionOf(track);
      const { sink } = track.part;
      void track.lastAppend.then(() => {
        if (failures.has(sink)) return;
        track.writtenSeq = seq;
        track.writtenFrames = frames;
        acknowledge(track);
      });
    },
  };
}
