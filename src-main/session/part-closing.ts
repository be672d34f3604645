import type { ServerMessage, ServerMessageOf, StopReason } from '../contract/server-messages.ts';
import { errorMessage, startedMessage } from './messages.ts';
import { cutBack, framesInFile, partFrames, reportOf, type Part } from './part.ts';
import type { PartNotes } from './part-notes.ts';
import type { SessionSpec } from './ports.ts';
import type { SinkFailures } from './sink-failures.ts';
import type { TakeParts } from './take-parts.ts';
import { partsInUse, type SessionTrack } from './track.ts';

export interface ClosedPart {
  readonly message: ServerMessageOf<'recording_stopped'>;
  /** Reports the files that become final later, as they do. Call it once the message has been sent. */
  reportLate(): void;
}

export interface PartClosingOptions {
  readonly spec: SessionSpec;
  readonly tracks: readonly SessionTrack[];
  readonly parts: TakeParts;
  readonly notes: PartNotes;
  readonly failures: SinkFailures;
  readonly send: (message: ServerMessage) => void;
  /** Called where a part could not be closed while the take goes on. */
  readonly onError: (error: unknown) => void;
}

/** Closes parts, and reports the results to the client. */
export interface PartClosing {
  /** Closes a part that no track writes to any more, in the background, and reports that the next one has begun. */
  closeIfLeft(part: Part, reason: StopReason): void;
  /** Closes every part; returns the last one's result without sending it. */
  finish(reason: StopReason | undefined): Promise<ClosedPart>;
  /** Bytes received for the parts that were closed. */
  readonly leftBytes: number;
}

export function createPartClosing(options: PartClosingOptions): PartClosing {
  const { spec, tracks, parts, notes, failures, send } = options;
  const closing: Promise<void>[] = [];
  let leftBytes = 0;

  /** Corrects a part's report where its files could not all be written. */
  const settleAccount = (part: Part): void => {
    if (!failures.has(part.sink)) return;
    for (const place of part.tracks.values()) {
      const before = place.position;
      cutBack(part, place, framesInFile(part, place.track));
      if (!parts.relocated) place.unwritten = before - place.position;
    }
  };

  const closePart = async (
    part: Part,
    reason: StopReason | undefined,
    continues: boolean,
  ): Promise<ClosedPart> => {
    settleAccount(part);
    notes.forget(part);
    const report = reportOf(part, parts.clockFrames(part));
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
      reportLate() {
        for (const completed of late)
          void completed.then((file) => {
            if (file !== undefined) send({ type: 'file_completed', session_id: spec.sessionId, file });
          });
      },
    };
  };

  const sendClosed = ({ message, reportLate }: ClosedPart): void => {
    send(message);
    reportLate();
  };

  return {
    closeIfLeft(part, reason) {
      if (tracks.some((track) => track.part === part)) return;
      leftBytes += part.budget.totalBytes;
      const next = parts.newest;
      // Parts may finish in any order; the client gets the messages in the parts' order.
      const earlier = closing.at(-1) ?? Promise.resolve();
      const closed = Promise.all([closePart(part, reason, true), earlier]);
      closing.push(
        closed.then(([ended]) => {
          sendClosed(ended);
          send(startedMessage(spec, next.number));
        }, options.onError),
      );
    },
    async finish(reason) {
      const unfinished = partsInUse(tracks);
      const last = unfinished.pop() ?? parts.newest;
      for (const part of unfinished) closing.push(closePart(part, 'duration_limit', true).then(sendClosed));
      // A part that could not be closed must not keep the last one open.
      const closed = await Promise.allSettled(closing);
      for (const outcome of closed) if (outcome.status === 'rejected') send(errorMessage(outcome.reason));
      return closePart(last, reason, false);
    },
    get leftBytes() {
      return leftBytes;
    },
  };
}
