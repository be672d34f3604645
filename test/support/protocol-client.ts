import { withLateFile } from '../../src-main/contract/late-file.ts';
import {
  serverMessageSchema,
  type ServerMessage,
  type ServerMessageOf,
} from '../../src-main/contract/server-messages.ts';

/** How a test talks to a session, whatever carries it. */
export interface ProtocolClient {
  say(message: object | string): void;
  sendAudio(bytes: Uint8Array): void;
  /** The next message of a type, past or future; each message is given out once. */
  next<Type extends ServerMessage['type']>(type: Type): Promise<ServerMessageOf<Type>>;
  /** Everything received so far. */
  readonly received: readonly ServerMessage[];
  /** Binary frames received, where the carrier brings any. */
  readonly heard?: readonly Buffer[];
  close(): void;
}

/** How a recording ended, with the files that come after the answer; a busy machine makes any copy late. */
export async function nextWhole({
  next,
}: Pick<ProtocolClient, 'next'>): Promise<ServerMessageOf<'recording_stopped'>> {
  let stopped = await next('recording_stopped');
  while ((stopped.pending ?? []).length > 0) {
    const { file } = await next('file_completed');
    stopped = withLateFile(stopped, file.file_path, file);
  }
  return stopped;
}

/** The receiving half, shared by every carrier: checks each message against the contract and queues it. */
export function createInbox(): {
  deliver(text: string): void;
  next: ProtocolClient['next'];
  received: ServerMessage[];
} {
  const received: ServerMessage[] = [];
  const unread: ServerMessage[] = [];
  const waiting: { type: string; resolve: (message: ServerMessage) => void }[] = [];
  return {
    received,
    deliver(text) {
      const message = serverMessageSchema.parse(JSON.parse(text));
      received.push(message);
      const index = waiting.findIndex(({ type }) => type === message.type);
      if (index === -1) unread.push(message);
      else waiting.splice(index, 1)[0]?.resolve(message);
    },
    next<Type extends ServerMessage['type']>(type: Type): Promise<ServerMessageOf<Type>> {
      const isWanted = (message: ServerMessage): message is ServerMessageOf<Type> => message.type === type;
      const index = unread.findIndex(isWanted);
      const found = unread[index];
      if (found !== undefined && isWanted(found)) {
        unread.splice(index, 1);
        return Promise.resolve(found);
      }
      return new Promise((resolve) => {
        waiting.push({
          type,
          resolve: (message) => {
            if (isWanted(message)) resolve(message);
          },
        });
      });
    },
  };
}
