import { LecternError } from '../contract/errors.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { Log } from '../runtime/log.ts';
import { errorMessage } from './messages.ts';

export interface MailboxOptions {
  /** The session's id, for the log. */
  readonly id: string;
  readonly log: Log;
  readonly send: (message: ServerMessage) => void;
}

/** Runs tasks one after another, so that a session's messages take effect in the order they came. */
export interface Mailbox {
  /** Runs `task` after everything posted before it. The promise is the task's own. */
  post<T>(task: () => Promise<T> | T): Promise<T>;
  /** As `post`; an error is sent as an answer. */
  perform(task: () => Promise<void> | void): Promise<void>;
}

export function createMailbox({ id, log, send }: MailboxOptions): Mailbox {
  let last: Promise<unknown> = Promise.resolve();

  const post: Mailbox['post'] = (task) => {
    const result = last.then(task);
    // A failed task must not stop the ones after it; its own promise still rejects.
    last = result.catch(() => undefined);
    return result;
  };

  return {
    post,
    perform: (task) =>
      post(async () => {
        try {
          await task();
        } catch (error) {
          if (!(error instanceof LecternError)) log('error', 'session failed unexpectedly', { id, error });
          send(errorMessage(error));
        }
      }),
  };
}
