import type { Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { headedFrame } from '../contract/headed-frame.ts';
import { MEBIBYTE } from '../contract/limits.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import { errorMessage } from './messages.ts';
import type { TapClient } from './ports.ts';

/** More than a minute of 16 kHz mono: a subscriber this far behind is not listening. */
const MAX_UNSENT_BYTES = 4 * MEBIBYTE;

/** Those who listen to one session while it is recorded. */
export interface Taps {
  /** Returns the way to leave. */
  add(client: TapClient): () => void;
  /** Sends raw samples that stand at `startFrame` of the take. A subscriber too slow to take them is let go. */
  audio(track: Track, startFrame: number, pcm: Uint8Array): void;
  tell(message: ServerMessage): void;
  /** Nothing more comes. */
  close(): void;
}

export function createTaps(tracks: readonly Track[]): Taps {
  const clients = new Map<TapClient, number[]>();

  const letGo = (client: TapClient): void => {
    clients.delete(client);
    const message = `Expected this listener to keep up, ${MAX_UNSENT_BYTES / MEBIBYTE} MB are waiting for it; the recording goes on without it. Connect again to go on from now`;
    client.send(errorMessage(new LecternError('SLOW_CONSUMER', message)));
    client.close();
  };

  return {
    add(client) {
      clients.set(
        client,
        tracks.map(() => 0),
      );
      return () => clients.delete(client);
    },
    audio(track, startFrame, pcm) {
      if (clients.size === 0) return;
      const trackIndex = tracks.indexOf(track);
      for (const [client, nextSeqs] of clients) {
        if (client.unsentBytes > MAX_UNSENT_BYTES) {
          letGo(client);
          continue;
        }
        const seq = nextSeqs[trackIndex] ?? 0;
        nextSeqs[trackIndex] = seq + 1;
        client.sendAudio(headedFrame({ trackIndex, seq, startFrame }, pcm));
      }
    },
    tell(message) {
      for (const client of clients.keys()) client.send(message);
    },
    close() {
      for (const client of clients.keys()) client.close();
      clients.clear();
    },
  };
}
