import type { ClientMessage, StartMessage } from '../contract/client-messages.ts';
import { LecternError } from '../contract/errors.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import { readJsonFrame } from './json-frame.ts';
import { errorMessage } from './messages.ts';
import { parseClientMessage, readRefusedChunk } from './parse-client-message.ts';
import type { Connection } from './ports.ts';
import type { Session } from './session.ts';

export interface ConnectionOptions {
  readonly session: Session;
  /** Sends to this client only. */
  readonly reply: (message: ServerMessage) => void;
  /** False once another connection has taken over the session. */
  readonly ownsSession: () => boolean;
  readonly onAudio: (bytes: number) => void;
  readonly onDisconnect: () => void;
  readonly autoStart?: StartMessage | undefined;
}

/** One client's connection: parses every message before it reaches the session, and answers it where it is wrong. */
export function createConnection(options: ConnectionOptions): Connection {
  const { session } = options;
  let autoStarted = false;
  const refusedProtocols = new Set<string>();

  const handle = (message: ClientMessage): Promise<void> => {
    switch (message.action) {
      case 'start':
        return session.start(message);
      case 'audio_chunk':
        options.onAudio(message.data.length);
        return session.audioChunk(message);
      case 'pause':
        return session.pause();
      case 'resume':
        return session.resume();
      case 'marker':
        return session.marker(message.label);
      case 'transcript': {
        const { role, text, turn_id: turnId, speaker } = message;
        return session.transcript({ role, text, turnId, speaker });
      }
      case 'vad_start':
        return session.voice(message.track, true);
      case 'vad_stop':
        return session.voice(message.track, false);
      case 'status':
        return session.status();
      case 'stop':
        return session.stop();
    }
  };

  const takenOver = async (): Promise<void> => {
    const message = 'Another connection has taken over this session; connect again to go on';
    options.reply(errorMessage(new LecternError('SESSION_IN_USE', message)));
    return Promise.resolve();
  };

  const receiveText = (text: string): Promise<void> => {
    if (!options.ownsSession()) return takenOver();
    const message = parseClientMessage(text);
    if (!(message instanceof LecternError)) return handle(message);
    if (message.code === 'UNSUPPORTED_PROTOCOL') {
      // Fifty such messages come a second; one answer is enough.
      if (refusedProtocols.has(message.message)) return Promise.resolve();
      refusedProtocols.add(message.message);
    }
    const chunk = message.code === 'INVALID_MESSAGE' ? readRefusedChunk(text) : undefined;
    return session.refuse(message, chunk);
  };

  return {
    sessionId: session.id,
    receiveText,
    receiveBinary(bytes) {
      const text = readJsonFrame(bytes);
      if (text !== undefined) return receiveText(text);
      if (!options.ownsSession()) return takenOver();
      options.onAudio(bytes.byteLength);
      if (options.autoStart !== undefined && !autoStarted) {
        autoStarted = true;
        // A client that comes back, or a second one, continues the running recording.
        void session.start(options.autoStart, { unlessRunning: true });
      }
      return session.binary(bytes);
    },
    receiveOversized(head) {
      return options.ownsSession() ? session.oversized(head) : takenOver();
    },
    receiveOversizedText(text) {
      const chunk = options.ownsSession() ? readRefusedChunk(text) : undefined;
      return chunk === undefined ? Promise.resolve() : session.passOver(chunk);
    },
    disconnect: options.onDisconnect,
  };
}
