import type { ClientMessage } from '../../src-main/contract/client-messages.ts';
import type { ErrorCode, LecternError } from '../../src-main/contract/errors.ts';
import type { ServerMessage, ServerMessageOf } from '../../src-main/contract/server-messages.ts';

interface PendingCommand {
  readonly message: ClientMessage;
  /** The `order` of the first chunk that was captured after it. */
  readonly beforeOrder: number;
  readonly answerType: ServerMessage['type'];
  readonly answer: (message: ServerMessage) => void;
  readonly reject: (error: LecternError) => void;
  sent: boolean;
}

/** Pending commands and their callers. Answers come in the order of the commands. */
export interface CommandQueue {
  expect<Type extends ServerMessage['type']>(
    message: ClientMessage,
    answerType: Type,
    beforeOrder: number,
  ): Promise<ServerMessageOf<Type>>;
  /** The oldest unsent command. */
  readonly unsent: { readonly message: ClientMessage; readonly beforeOrder: number } | undefined;
  /** Marks the oldest unsent command as sent. */
  takeUnsent(): void;
  /** Marks all unanswered commands as sent, or as unsent: then they are sent again. */
  markSent(sent: boolean): void;
  /** Settles the oldest command that waits for this type of message. */
  answer(message: ServerMessage): void;
  /** Rejects the oldest command where `error` can only be its answer, and returns the command. */
  refuse(error: LecternError): ClientMessage | undefined;
  /** Rejects everything. */
  fail(error: LecternError): void;
  /** The oldest command without an answer. */
  readonly oldest: ClientMessage | undefined;
}

// Errors with which the engine answers a command; all others are about chunks, limits or the disk.
const COMMAND_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NOT_RECORDING',
  'INVALID_MESSAGE',
  'UNKNOWN_ACTION',
  'ALREADY_RECORDING',
  'INTERNAL',
]);

export function createCommandQueue(): CommandQueue {
  let pending: readonly PendingCommand[] = [];
  const settled = (command: PendingCommand) => {
    pending = pending.filter((other) => other !== command);
  };
  const firstUnsent = () => pending.find(({ sent }) => !sent);

  return {
    expect(message, answerType, beforeOrder) {
      return new Promise((resolve, reject) => {
        const answer = (reply: ServerMessage) => {
          if (isOfType(reply, answerType)) resolve(reply);
        };
        pending = [...pending, { message, beforeOrder, answerType, answer, reject, sent: false }];
      });
    },
    get unsent() {
      return firstUnsent();
    },
    takeUnsent() {
      const command = firstUnsent();
      if (command !== undefined) command.sent = true;
    },
    markSent(sent) {
      for (const command of pending) command.sent = sent;
    },
    answer(message) {
      const command = pending.find(({ answerType }) => answerType === message.type);
      if (command === undefined) return;
      settled(command);
      command.answer(message);
    },
    refuse(error) {
      const oldest = pending[0];
      if (oldest === undefined) return undefined;
      if (oldest.message.action !== 'start' && !COMMAND_ERRORS.has(error.code)) return undefined;
      settled(oldest);
      oldest.reject(error);
      return oldest.message;
    },
    fail(error) {
      const failed = pending;
      pending = [];
      for (const command of failed) command.reject(error);
    },
    get oldest() {
      return pending[0]?.message;
    },
  };
}

function isOfType<Type extends ServerMessage['type']>(
  message: ServerMessage,
  type: Type,
): message is ServerMessageOf<Type> {
  return message.type === type;
}
