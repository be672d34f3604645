import type { Track } from '../../src-main/contract/audio-format.ts';
import { type ClientMessage, DEFAULT_START } from '../../src-main/contract/client-messages.ts';
import { fixedError, LecternError } from '../../src-main/contract/errors.ts';
import { withLateFile } from '../../src-main/contract/late-file.ts';
import type { FileEntry, ServerMessage, ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import { createBacklog } from './backlog.ts';
import { type LineClock, openLine } from './line.ts';
import { createOutbox, OUTBOX_LIMITS } from './outbox.ts';
import type { RejoinedSession, SessionClient, SessionClientEvents } from './session-client.ts';
import type { OpenTransport } from './transport.ts';

export interface SessionDependencies {
  readonly sessionId: string;
  readonly open: OpenTransport;
  readonly clock: LineClock;
  readonly events: SessionClientEvents;
  /** Limits for kept and sent audio; smaller in tests. */
  readonly limits?: typeof OUTBOX_LIMITS;
}

export interface RejoinDependencies extends SessionDependencies {
  /** Frames a second of the session. */
  readonly sampleRate: number;
}

/** What a returning client finds: the session goes on, or this is how it ended. */
type Standing = ServerMessageOf<'status'> | ServerMessageOf<'recording_stopped'>;

/** Connects to a new session `sessionId`, over any transport. Rejects with CONNECTION_LOST. */
export function connectSession(deps: SessionDependencies): Promise<SessionClient> {
  return openClient(deps);
}

/** Returns to a session that another page began. Rejects with CONNECTION_LOST where its end was reported long ago. */
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
  const { events, clock } = deps;
  let phase: 'idle' | 'running' | 'ended' = 'idle';
  let outcome: ServerMessageOf<'recording_stopped'> | undefined;
  /** Files that are still being made, of parts that have ended. */
  const pending = new Set<string>();
  let isLeaving = false;
  let tracks: readonly Track[] = DEFAULT_START.tracks;
  const outbox = createOutbox({
    send: (data) => line.send(data),
    isUp: () => line.isUp,
    clock,
    limits: deps.limits ?? OUTBOX_LIMITS,
  });
  const backlog = createBacklog(outbox.chunks, events);
  backlog.expect(rejoin?.sampleRate ?? 0);

  const takeNote = (message: ServerMessage) => {
    if (message.type === 'recording_started' && phase === 'idle') phase = 'running';
    if (message.type === 'recording_started') ({ tracks } = message);
    if (message.type === 'ack') outbox.acknowledge(tracks.indexOf(message.track), message.seq + 1);
    if (message.type === 'error') outbox.refuse(new LecternError(message.code, message.message));
    if (message.type === 'recording_stopped')
      for (const { file_path } of message.pending ?? []) pending.add(file_path);
    if (message.type === 'file_completed') settleFile(message.file.file_path, message.file);
    if (message.type === 'warning' && message.file_path !== undefined) settleFile(message.file_path);
    if (message.type === 'recording_stopped' && !message.continues) {
      phase = 'ended';
      outcome = message;
      rejoin?.resolve(message);
    } else if (message.type === 'recording_stopped') return;
    outbox.answer(message);
  };

  const settleFile = (path: string, file?: FileEntry) => {
    pending.delete(path);
    if (outcome !== undefined) outcome = withLateFile(outcome, path, file);
  };

  const close = () => {
    phase = 'ended';
    line.close();
    outbox.fail(connectionLost());
  };

  const line = await openLine({
    ...deps,
    rejoins: rejoin !== undefined,
    events: {
      onMessage(message) {
        takeNote(message);
        if (isLeaving) {
          if (message.type === 'file_completed' || message.type === 'warning') events.onLate(message);
          if (pending.size === 0) close();
          return;
        }
        events.onMessage(message);
        backlog.look(line.isUp);
      },
      onDown() {
        outbox.lose();
        if (phase === 'ended') line.close();
        else if (phase === 'idle') {
          line.close();
          outbox.fail(connectionLost());
          events.onConnection('lost');
        } else events.onConnection('reconnecting');
      },
      onBack(status) {
        if (phase === 'idle') phase = 'running';
        tracks = status.tracks.map(({ track }) => track);
        rejoin?.resolve(status);
        status.tracks.forEach(({ next_seq }, index) => outbox.acknowledge(index, next_seq));
        outbox.goOn(status.state);
        events.onConnection('connected');
      },
      onLost() {
        phase = 'ended';
        outbox.fail(connectionLost());
        rejoin?.reject(connectionLost());
        events.onConnection('lost');
      },
    },
  });

  const command = <Type extends ServerMessage['type']>(message: ClientMessage, answer: Type) => {
    if (outcome !== undefined) return Promise.reject(fixedError('NOT_RECORDING'));
    if (phase === 'ended') return Promise.reject(connectionLost());
    return outbox.command(message, answer);
  };

  if (rejoin === undefined) events.onConnection('connected');
  return {
    start(options) {
      backlog.expect(options.sample_rate ?? DEFAULT_START.sample_rate);
      return command({ ...options, action: 'start', framing: 'headed' }, 'recording_started');
    },
    sendChunk(chunk, trackIndex = 0) {
      if (phase === 'ended') return;
      line.nudge();
      outbox.addChunk(chunk, trackIndex);
      backlog.look(line.isUp);
    },
    async pause() {
      await command({ action: 'pause' }, 'recording_paused');
    },
    async resume() {
      await command({ action: 'resume' }, 'recording_resumed');
    },
    async marker(label) {
      await command({ action: 'marker', ...(label === undefined ? {} : { label }) }, 'marker_added');
    },
    stop: () =>
      outcome === undefined ? command({ action: 'stop' }, 'recording_stopped') : Promise.resolve(outcome),
    askStatus: () => line.send({ action: 'status' }),
    get unacknowledgedFrames() {
      return outbox.chunks.frames;
    },
    get heldChunks() {
      return outbox.chunks.held;
    },
    get outcome() {
      return outcome;
    },
    leave() {
      isLeaving = true;
      if (outcome === undefined || pending.size === 0) close();
      else outbox.fail(connectionLost());
    },
    close,
  };
}

function connectionLost(): LecternError {
  return new LecternError(
    'CONNECTION_LOST',
    'Expected the recorder to answer, the connection is gone. What was recorded so far is in the list',
  );
}
