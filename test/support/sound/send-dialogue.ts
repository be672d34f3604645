import type { StartMessage } from '../../../src-main/contract/client-messages.ts';
import { headedFrame } from '../../../src-main/contract/headed-frame.ts';
import type { ServerMessageOf } from '../../../src-main/contract/server-messages.ts';
import type { ProtocolClient } from '../protocol-client.ts';
import type { Dialogue } from './dialogue.ts';
import { encodeMulaw } from './mulaw-line.ts';

export interface SendDialogueOptions {
  readonly chunkSeconds?: number;
  /** By how much the assistant's audio comes after the user's of the same time; before it where negative. */
  readonly lagSeconds?: number;
  readonly encoding?: 'pcm_s16le' | 'mulaw';
  /** What `start` says besides. */
  readonly start?: Partial<StartMessage>;
  /** Called when everything has been sent. */
  readonly beforeStop?: () => Promise<void>;
}

const TRACKS = ['user', 'assistant'] as const;

/** Records a dialogue as a client with two tracks does, from start to stop. */
export async function sendDialogue(
  client: ProtocolClient,
  { rate, tracks }: Dialogue,
  { chunkSeconds = 0.1, lagSeconds = 0, encoding = 'pcm_s16le', start, beforeStop }: SendDialogueOptions = {},
): Promise<ServerMessageOf<'recording_stopped'>> {
  client.say({
    action: 'start',
    format: 'wav',
    framing: 'headed',
    sample_rate: rate,
    encoding,
    tracks: TRACKS,
    ...start,
  });
  await client.next('recording_started');
  const chunk = Math.round(chunkSeconds * rate);
  const arrivals = TRACKS.flatMap((track, trackIndex) =>
    Array.from({ length: Math.ceil(tracks[track].length / chunk) }, (_, seq) => ({
      track,
      trackIndex,
      seq,
      at: seq * chunk + trackIndex * lagSeconds * rate,
    })),
  ).toSorted((a, b) => a.at - b.at);
  for (const { track, trackIndex, seq } of arrivals) {
    const samples = tracks[track].slice(seq * chunk, (seq + 1) * chunk);
    const bytes = encoding === 'mulaw' ? encodeMulaw(samples) : new Uint8Array(samples.buffer);
    client.sendAudio(headedFrame({ trackIndex, seq, startFrame: seq * chunk }, bytes));
  }
  await beforeStop?.();
  client.say({ action: 'stop' });
  return client.next('recording_stopped');
}
