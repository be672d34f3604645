import { z } from 'zod';
import { deliveryFormatSchema, sampleRateSchema, SIDES } from '../../src-main/contract/audio-format.ts';
import { sessionIdSchema } from '../../src-main/contract/session-id.ts';

const rememberedSchema = z.object({
  sessionId: sessionIdSchema,
  format: deliveryFormatSchema,
  sampleRate: sampleRateSchema,
  channels: z.literal([1, 2]),
  /** The last source of each side. */
  sources: z.array(
    z.object({
      track: z.enum(SIDES),
      device_id: z.string(),
      label: z.string(),
      /** A frame and when it was captured, by the wall clock; absent after a pause. */
      anchor: z.object({ frame: z.int().min(0), atMs: z.number() }).optional(),
    }),
  ),
});

/** What a page needs to go on with a recording of another page. */
export type RememberedRecording = z.infer<typeof rememberedSchema>;

/**
 * The unfinished recordings of this browser's pages. A recording belongs to its page as long as that page lives; no
 * other page may go on with it.
 */
export interface RecordingMemory {
  /** Stores the recording as this page's own. A later call stores its changes. */
  remember(recording: RememberedRecording): void;
  /** Forgets the recording: it is over, or another page has it. */
  forget(sessionId: string): void;
  /** Takes over a recording whose page is gone. Resolves to undefined where there is none. */
  adopt(): Promise<RememberedRecording | undefined>;
  /** How many recordings other living pages make. */
  elsewhere(): Promise<number>;
  /** Calls `listener` when another page has begun or ended a recording, or has gone and left one. */
  onChange(listener: () => void): void;
}

const PREFIX = 'lectern.recording.';
/** A reloaded page releases its recording a moment after the new page has begun. */
const LETTING_GO_MS = 500;
/** A reloaded page must get its recording back before any other page may. */
const RELOADING_MS = 3000;

export interface RecordingMemoryDependencies {
  readonly storage: Storage;
  /** Absent on insecure pages, which may not use microphones either. */
  readonly locks: LockManager | undefined;
  /** Another page has begun or ended a recording. */
  readonly onStorage: (listener: () => void) => void;
  readonly after: (milliseconds: number, action: () => void) => void;
}

export function createRecordingMemory(deps: RecordingMemoryDependencies): RecordingMemory {
  const { storage, locks } = deps;
  const held = new Map<string, () => void>();
  const own = new Map<string, RememberedRecording>();
  const watched = new Set<string>();
  let onChange = () => {};

  const listed = (): RememberedRecording[] =>
    Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
      .filter((key) => key.startsWith(PREFIX))
      .flatMap((key) => rememberedSchema.safeParse(parse(storage.getItem(key))).data ?? []);

  /** Resolves to whether this page owns the recording now. The browser releases it when the page goes. */
  const hold = async (sessionId: string): Promise<boolean> => {
    if (locks === undefined || held.has(sessionId)) return true;
    const got = Promise.withResolvers<boolean>();
    locks
      .request(PREFIX + sessionId, { signal: AbortSignal.timeout(LETTING_GO_MS) }, () => {
        got.resolve(true);
        return new Promise<void>((release) => held.set(sessionId, release));
      })
      .catch(() => got.resolve(false));
    return got.promise;
  };

  /** Waits, without polling, until the page that owns the recording releases it. */
  const watch = (name: string): void => {
    if (locks === undefined || watched.has(name)) return;
    watched.add(name);
    void locks
      .request(name, () => undefined)
      .then(() => {
        watched.delete(name);
        deps.after(RELOADING_MS, () => onChange());
      });
  };

  const forget = (sessionId: string): void => {
    own.delete(sessionId);
    held.get(sessionId)?.();
    held.delete(sessionId);
    storage.removeItem(PREFIX + sessionId);
  };

  // Locked before it is stored: a page that reads the entry must find it locked.
  const remember = async (recording: RememberedRecording): Promise<void> => {
    const { sessionId } = recording;
    own.set(sessionId, recording);
    const isHeld = await hold(sessionId);
    const latest = own.get(sessionId);
    if (latest === undefined) return forget(sessionId);
    if (isHeld) storage.setItem(PREFIX + sessionId, JSON.stringify(latest));
  };

  deps.onStorage(() => onChange());
  return {
    remember: (recording) => void remember(recording),
    forget,
    async adopt() {
      for (const recording of listed()) {
        if (held.has(recording.sessionId)) continue;
        if (await hold(recording.sessionId)) return recording;
      }
      return undefined;
    },
    async elsewhere() {
      const { held: everywhere = [] } = (await locks?.query()) ?? {};
      const names = everywhere.flatMap(({ name = '' }) => (name.startsWith(PREFIX) ? [name] : []));
      const others = names.filter((name) => !held.has(name.slice(PREFIX.length)));
      for (const name of others) watch(name);
      return others.length;
    },
    onChange(listener) {
      onChange = listener;
    },
  };
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

/** The memory shared by the pages of this origin in this browser. */
export function openRecordingMemory(): RecordingMemory {
  return createRecordingMemory({
    storage: localStorage,
    locks: 'locks' in navigator ? navigator.locks : undefined,
    onStorage: (listener) =>
      addEventListener('storage', ({ key, oldValue, newValue }) => {
        if (key?.startsWith(PREFIX) && (oldValue === null || newValue === null)) listener();
      }),
    after: (milliseconds, action) => void setTimeout(action, milliseconds),
  });
}
