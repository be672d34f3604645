import { type ClientMessage, DEFAULT_START } from '../../src-main/contract/client-messages.ts';
import { fixedError, LecternError } from '../../src-main/contract/errors.ts';
import type { ServerMessage, ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import { createChunkBuffer } from './chunk-buffer.ts';
import { createCommandQueue } from './command-queue.ts';
import { type LineClock, openLine } from './line.ts';
import type { RejoinedSession, SessionClient, SessionClientEvents } from './session-client.ts';
import type { OpenTransport } from './transport.ts';

/** Longer than a session waits for a lost connection, so that nothing is let go before the session is. */
const KEPT_SECONDS = 60;

export interface SessionDependencies {
  readonly sessionId: string;
  readonly open: OpenTransport;
  readonly clock: LineClock;
  readonly events: SessionClientEvents;
}

export interface RejoinDependencies extends SessionDependencies {
  /** Frames a second of the session. */
  readonly sampleRate: number;
}

/** How a session stands to which a client comes back: it goes on, or this is how it ended. */
type Standing = ServerMessageOf<'status'> | ServerMessageOf<'recording_stopped'>;

/** Connects to a new session `sessionId`, over any transport. Rejects with CONNECTION_LOST. */
export function connectSession(deps: SessionDependencies): Promise<SessionClient> {
  return openClient(deps);
}

/** Comes back to a session that another page began. Rejects with CONNECTION_LOST where it is over and long told. */
export async function rejoinSession({ sampleRate, ...deps }: RejoinDependencies): Promise<RejoinedSession> {
  const joined = Promise.withResolvers<Standing>();
  const client = await openClient(deps, { sampleRate, ...joined });
  return { client, standing: await joined.promise };
}

interface Rejoin {
  readonly sampleRate: number;
  readonly resolve: (standing: Standing) => void;
  readonly reject: (error: LecternError) => void;
}

async function openClient(deps: SessionDependencies, rejoin?: Rejoin): Promise<SessionClient> {
  const { events } = deps;
  const commands = createCommandQueue();
  let buffer = createChunkBuffer(KEPT_SECONDS * (rejoin?.sampleRate ?? 0));
  let phase: 'idle' | 'recording' | 'paused' | 'ended' = 'idle';
  let outcome: ServerMessageOf<'recording_stopped'> | undefined;

  const sendWaiting = () => {
    if (!line.isUp || phase === 'paused') return;
    for (const wire of buffer.takeUnsent()) line.send(wire);
  };

  const sendStop = () => {
    if (!line.isUp) return;
    // The engine leaves out what comes during a pause, but these chunks were captured before it.
    if (phase === 'paused' && buffer.hasUnsent) {
      line.send({ action: 'resume' });
      phase = 'recording';
    }
    sendWaiting();
    line.send({ action: 'stop' });
  };

  const sendCommand = (message: ClientMessage) => {
    if (message.action === 'stop') sendStop();
    else line.send(message);
  };

  const takeNote = (message: ServerMessage) => {
    if (message.type === 'recording_started' && phase === 'idle') phase = 'recording';
    if (message.type === 'ack') buffer.acknowledge(message.seq + 1);
    if (message.type === 'error') commands.refuse(new LecternError(message.code, message.message));
    if (message.type === 'recording_stopped' && !message.continues) {
      phase = 'ended';
      outcome = message;
      rejoin?.resolve(message);
    } else if (message.type === 'recording_stopped') return;
    commands.answer(message);
  };

  /** A pause or resume may have been heard, and only its answer lost. */
  const answerFromStatus = ({ state, duration_seconds }: ServerMessageOf<'status'>) => {
    const oldest = commands.unanswered()[0]?.action;
    if (state === 'paused' && oldest === 'pause')
      commands.answer({ type: 'recording_paused', duration_seconds });
    if (state === 'recording' && oldest === 'resume')
      commands.answer({ type: 'recording_resumed', duration_seconds });
  };

  const line = await openLine({
    ...deps,
    rejoins: rejoin !== undefined,
    events: {
      onMessage(message) {
        takeNote(message);
        events.onMessage(message);
      },
      onDown() {
        buffer.forgetSent();
        if (phase === 'ended') line.close();
        else if (phase === 'idle') {
          line.close();
          commands.fail(connectionLost());
          events.onConnection('lost');
        } else events.onConnection('reconnecting');
      },
      onBack(status) {
        if (phase === 'idle') phase = status.state === 'paused' ? 'paused' : 'recording';
        rejoin?.resolve(status);
        for (const track of status.tracks) buffer.acknowledge(track.next_seq);
        answerFromStatus(status);
        // A resume goes before the chunks that follow it, everything else after those that were captured first.
        const unanswered = status.state === 'finalising' ? [] : commands.unanswered();
        for (const message of unanswered) if (message.action === 'resume') sendCommand(message);
        sendWaiting();
        for (const message of unanswered) if (message.action !== 'resume') sendCommand(message);
        events.onConnection('connected');
      },
      onLost() {
        phase = 'ended';
        commands.fail(connectionLost());
        rejoin?.reject(connectionLost());
        events.onConnection('lost');
      },
    },
  });

  const command = <Type extends ServerMessage['type']>(message: ClientMessage, answer: Type) => {
    if (outcome !== undefined) return Promise.reject(fixedError('NOT_RECORDING'));
    if (phase === 'ended') return Promise.reject(connectionLost());
    const answered = commands.expect(message, answer);
    sendCommand(message);
    return answered;
  };

  if (rejoin === undefined) events.onConnection('connected');
  return {
    start(options) {
      const sampleRate = options.sample_rate ?? DEFAULT_START.sample_rate;
      buffer = createChunkBuffer(KEPT_SECONDS * sampleRate);
      return command({ ...options, action: 'start', framing: 'headed' }, 'recording_started');
    },
    sendChunk(chunk) {
      if (phase === 'ended') return;
      buffer.add(chunk);
      line.nudge();
      sendWaiting();
    },
    async pause() {
      const paused = command({ action: 'pause' }, 'recording_paused');
      if (phase === 'recording') phase = 'paused';
      await paused;
    },
    async resume() {
      const resumed = command({ action: 'resume' }, 'recording_resumed');
      if (phase === 'paused') phase = 'recording';
      sendWaiting();
      await resumed;
    },
    async marker(label) {
      await command({ action: 'marker', ...(label === undefined ? {} : { label }) }, 'marker_added');
    },
    stop: () =>
      outcome === undefined ? command({ action: 'stop' }, 'recording_stopped') : Promise.resolve(outcome),
    askStatus: () => line.send({ action: 'status' }),
    get unacknowledgedFrames() {
      return buffer.frames;
    },
    close() {
      phase = 'ended';
      line.close();
      commands.fail(connectionLost());
    },
  };
}

function connectionLost(): LecternError {
  return new LecternError(
    'CONNECTION_LOST',
    'Expected the recorder to answer, the connection is gone. What was recorded so far is in the list',
  );
}
