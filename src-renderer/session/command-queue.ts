import type { ClientMessage } from '../../src-main/contract/client-messages.ts';
import type { ErrorCode, LecternError } from '../../src-main/contract/errors.ts';
import type { ServerMessage, ServerMessageOf } from '../../src-main/contract/server-messages.ts';

interface Waiting {
  readonly message: ClientMessage;
  readonly answerType: ServerMessage['type'];
  readonly answer: (message: ServerMessage) => void;
  readonly reject: (error: LecternError) => void;
}

/** Commands on their way, and who waits for their answers, which come in the order of the commands. */
export interface CommandQueue {
  expect<Type extends ServerMessage['type']>(
    message: ClientMessage,
    answerType: Type,
  ): Promise<ServerMessageOf<Type>>;
  /** Settles the oldest command that waits for a message of this type. */
  answer(message: ServerMessage): void;
  /** Rejects the oldest command where `error` can only be its answer. */
  refuse(error: LecternError): void;
  /** Rejects everything. */
  fail(error: LecternError): void;
  /** Oldest first. */
  unanswered(): readonly ClientMessage[];
}

// What the engine says to a command; its other errors are about chunks, limits or the disk.
const COMMAND_ERRORS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NOT_RECORDING',
  'INVALID_MESSAGE',
  'UNKNOWN_ACTION',
  'ALREADY_RECORDING',
  'INTERNAL',
]);

export function createCommandQueue(): CommandQueue {
  let waiting: readonly Waiting[] = [];
  const settled = (command: Waiting) => {
    waiting = waiting.filter((other) => other !== command);
  };

  return {
    expect(message, answerType) {
      return new Promise((resolve, reject) => {
        const answer = (reply: ServerMessage) => {
          if (isOfType(reply, answerType)) resolve(reply);
        };
        waiting = [...waiting, { message, answerType, answer, reject }];
      });
    },
    answer(message) {
      const command = waiting.find(({ answerType }) => answerType === message.type);
      if (command === undefined) return;
      settled(command);
      command.answer(message);
    },
    refuse(error) {
      const oldest = waiting[0];
      if (oldest === undefined) return;
      if (oldest.message.action !== 'start' && !COMMAND_ERRORS.has(error.code)) return;
      settled(oldest);
      oldest.reject(error);
    },
    fail(error) {
      const failed = waiting;
      waiting = [];
      for (const command of failed) command.reject(error);
    },
    unanswered: () => waiting.map(({ message }) => message),
  };
}

function isOfType<Type extends ServerMessage['type']>(
  message: ServerMessage,
  type: Type,
): message is ServerMessageOf<Type> {
  return message.type === type;
}
