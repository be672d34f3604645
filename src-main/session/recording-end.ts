import { LecternError } from '../contract/errors.ts';
import type { ServerMessage, StopReason } from '../contract/server-messages.ts';
import type { Log } from '../runtime/log.ts';
import type { CurrentRecording } from './current-recording.ts';
import type { Mailbox } from './mailbox.ts';
import { errorMessage, limitError, reasonOf, relocatedWarning } from './messages.ts';
import type { PartEnd } from './part-budget.ts';
import type { ClosedPart } from './part-closing.ts';
import type { SessionStore } from './ports.ts';
import type { Take } from './take.ts';

export interface RecordingEndOptions {
  readonly id: string;
  readonly current: CurrentRecording;
  readonly mailbox: Mailbox;
  readonly store: SessionStore;
  readonly log: Log;
  readonly send: (message: ServerMessage) => void;
  /** Called, one after the other, once the files are final and the client has been told. */
  readonly onActivity: () => void;
  readonly onEnded: () => void;
}

/** Ends a recording: after a stop, at a limit, or when the folder cannot be written any more. */
export interface RecordingEnd {
  /** Finalises the current recording, if there is one. */
  finish(reason?: StopReason): Promise<void>;
  /** Finalises where a limit requires it; returns false where it does not. */
  endAt(end: PartEnd | undefined): Promise<boolean>;
  /**
   * The folder cannot be written any more: the recording continues in another one, or ends. Takes effect in its turn.
   */
  noteWriteError(error: unknown): void;
}

const UNFINISHED_MESSAGE =
  'The recording could not be finished in its folder. Everything recorded is kept; make the folder writable and ' +
  'start Lectern again, which puts it in order';

/** The answer for a recording whose files could not be closed. */
type Outcome = Pick<ClosedPart, 'reportLate'> & { readonly message: ServerMessage };

export function createRecordingEnd(options: RecordingEndOptions): RecordingEnd {
  const { id, current, mailbox, store, log, send } = options;

  /** Continues in the fallback folder, or returns the reason why the recording must end. */
  const moveOrGiveUp = async (take: Take, error: unknown): Promise<StopReason | undefined> => {
    const reason = error instanceof LecternError && error.code === 'DISK_FULL' ? 'disk_full' : 'write_failed';
    send(errorMessage(error));
    if (!store.canRelocate || take.relocated) return reason;
    try {
      await take.relocate(reason);
      send(relocatedWarning());
      return undefined;
    } catch (relocateError) {
      log('error', 'the fallback folder could not be used', { id, error: relocateError });
      return reason;
    }
  };

  const close = (take: Take, reason: StopReason | undefined): Promise<Outcome> =>
    take.finish(reason).catch((error: unknown) => {
      log('error', 'session could not be finalised', { id, error });
      return { message: errorMessage(error), reportLate: () => undefined };
    });

  const finish = async (wanted?: StopReason, isWriteErrorTold = false): Promise<void> => {
    const { recording } = current;
    if (recording === undefined || recording.phase === 'finalising') return;
    const { take, conversation, taps, remainder } = recording;
    remainder.drop();
    recording.phase = 'finalising';
    let reason = wanted;
    // The files are closed whatever fails before.
    try {
      await take.settle();
      if (take.failure !== undefined && !isWriteErrorTold) {
        reason = (await moveOrGiveUp(take, take.failure)) ?? wanted;
        await take.settle();
      }
    } catch (error) {
      log('error', 'what was held back could not be written', { id, error });
      send(errorMessage(error));
    }
    conversation.end();
    const { message, reportLate } = await close(take, reason);
    const isKept =
      message.type !== 'recording_stopped' || message.files.length > 0 || message.pending !== undefined;
    if (!isKept && take.failure === undefined)
      send(errorMessage(new LecternError('FOLDER_UNWRITABLE', UNFINISHED_MESSAGE)));
    const isInterrupted =
      !isKept || reason === 'disconnected' || reason === 'write_failed' || reason === 'disk_full';
    const status = message.type === 'error' ? 'failed' : isInterrupted ? 'interrupted' : 'completed';
    await store.end(id, status).catch((error: unknown) => {
      log('error', 'the end of the session could not be written down', { id, error });
    });
    // Sent last: a client that gets it may rename, export or delete the session at once.
    current.end();
    send(message);
    reportLate();
    taps.send(message);
    taps.close();
    options.onActivity();
    options.onEnded();
  };

  return {
    finish: (reason) => finish(reason),
    async endAt(end) {
      if (end === undefined || end === 'SPLIT') return false;
      send(limitError(end));
      await finish(reasonOf(end));
      return true;
    },
    noteWriteError(error) {
      void mailbox.perform(async () => {
        const { recording } = current;
        // While finalising, `finish` looks for failures itself; and each failure is handled once.
        if (recording === undefined || recording.phase === 'finalising') return;
        const { take } = recording;
        if (take.failure === undefined && take.relocated) return;
        const reason = await moveOrGiveUp(take, error);
        if (reason !== undefined) await finish(reason, true);
      });
    },
  };
}
