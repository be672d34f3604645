import type { Track } from '../../../src-main/contract/audio-format.ts';
import type { GapCause } from '../../../src-main/contract/capture-report.ts';
import { LecternError } from '../../../src-main/contract/errors.ts';
import { headedFrame } from '../../../src-main/contract/headed-frame.ts';
import { PROTOCOL_LIMITS } from '../../../src-main/contract/limits.ts';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import type { TranscriptEntry } from '../../../src-main/contract/transcript.ts';
import { createEngine } from '../../../src-main/session/engine.ts';
import { createTurnDetector } from '../../../src-main/turns/turn-detector.ts';
import type { PartSink, PartSpec, PartSummary, SessionStore } from '../../../src-main/session/ports.ts';

interface MemoryPart {
  readonly spec: PartSpec;
  readonly tracks: ReadonlyMap<Track, Buffer>;
  summary?: PartSummary;
}

/** A store in memory whose disk can be filled up or held, and a clock that a test winds. */
export function openEngine({
  capacityBytes = Infinity,
  canRelocate = false,
  startsHeld = false,
  openableParts = Infinity,
  limits = PROTOCOL_LIMITS,
} = {}) {
  const parts: MemoryPart[] = [];
  const ended: string[] = [];
  const texts: TranscriptEntry[] = [];
  let nowMs = 0;
  let held: PromiseWithResolvers<undefined> | undefined;
  const hold = (): void => {
    held ??= Promise.withResolvers<undefined>();
  };
  if (startsHeld) hold();

  const openPart = (spec: PartSpec): PartSink => {
    const pieces = new Map<Track, Buffer[]>();
    const part: MemoryPart = {
      spec,
      get tracks() {
        return new Map([...pieces].map(([track, list]) => [track, Buffer.concat(list)]));
      },
    };
    parts.push(part);
    const writtenBytes = (track: Track): number =>
      (pieces.get(track) ?? []).reduce((sum, { length }) => sum + length, 0);
    let room = spec.relocated ? Infinity : capacityBytes;
    let failed = false;
    let queuedBytes = 0;
    return {
      async append(track, pcm) {
        queuedBytes += pcm.byteLength;
        await held?.promise;
        queuedBytes -= pcm.byteLength;
        const taken = failed ? 0 : Math.min(room, pcm.byteLength);
        room -= taken;
        pieces.set(track, pieces.get(track) ?? []);
        pieces.get(track)?.push(Buffer.from(pcm.subarray(0, taken)));
        failed ||= taken < pcm.byteLength;
        if (failed) throw new LecternError('DISK_FULL', 'The disk is full');
      },
      get queuedBytes() {
        return queuedBytes;
      },
      writtenBytes,
      finish(summary) {
        part.summary = summary;
        return Promise.resolve({
          pending: [],
          late: [],
          files: spec.session.tracks.map((type) => ({
            type,
            format: 'wav' as const,
            file_path: `${type}.wav`,
            url: '',
            byte_size: writtenBytes(type),
            duration_ms: 0,
          })),
        });
      },
    };
  };
  const store: SessionStore = {
    begin: () => Promise.resolve({ firstPart: 1, earlierSeconds: 0 }),
    openPart: (spec) =>
      parts.length < openableParts
        ? Promise.resolve(openPart(spec))
        : Promise.reject(new LecternError('FOLDER_UNWRITABLE', 'The folder cannot be written')),
    canRelocate,
    noteReport: () => undefined,
    addMarker: () => undefined,
    addSegments: () => undefined,
    addTranscript: (_, entry) => {
      texts.push(entry);
    },
    end: (_, status) => {
      ended.push(status);
      return Promise.resolve();
    },
  };
  const received: ServerMessage[] = [];
  const engine = createEngine({
    store,
    clock: { monotonicMs: () => nowMs, wallMs: () => nowMs },
    log: () => undefined,
    limits,
    profiles: { find: () => undefined, names: () => [] },
    newId: () => 'new-id',
    nameSession: () => 'untitled',
    decodeBase64: (text) => Buffer.from(text, 'base64'),
    openTurnDetector: createTurnDetector,
  });
  const client = { send: (message: ServerMessage) => received.push(message) };
  return {
    engine,
    client,
    received,
    parts,
    ended,
    texts,
    /** From now on the disk stands still. */
    hold,
    release: () => {
      held?.resolve(undefined);
      held = undefined;
    },
    wind: (ms: number) => {
      nowMs += ms;
      engine.tick();
    },
    of: <Type extends ServerMessage['type']>(type: Type) =>
      received.filter((message): message is Extract<ServerMessage, { type: Type }> => message.type === type),
    audio: (track: Track = 'user') =>
      Buffer.concat(parts.map((part) => part.tracks.get(track) ?? Buffer.alloc(0))),
  };
}

export function headed(
  trackIndex: number,
  seq: number,
  startFrame: number,
  samples: Uint8Array,
  gapCause?: GapCause,
): Uint8Array {
  const cause = gapCause === undefined ? {} : { gapCause };
  return headedFrame({ trackIndex, seq, startFrame, ...cause }, samples);
}

export const say = (message: object): string => JSON.stringify(message);
export const flushed = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
