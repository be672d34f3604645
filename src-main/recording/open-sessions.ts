import type { Catalog } from '../catalog/catalog.ts';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { LiveTurnFiles } from '../conversation/turn-files.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Journal } from './journal.ts';

/** A session that is being recorded, and its state on disk. */
export interface OpenSession {
  readonly journal: Journal;
  /** The folder that contains the session's own folder. */
  readonly dir: string;
  readonly folders: string[];
  /** Stops the regular check that the folders are still owned by this process. */
  readonly disown: () => Promise<void>;
  /** Undefined where turns get no files of their own. */
  readonly turnFiles: LiveTurnFiles | undefined;
  markers: number;
  readonly turns: KnownTurns;
}

/** A session's segments by turn. Each line of late text looks its turn up here. */
export interface KnownTurns {
  readonly segments: number;
  add(segments: readonly AudioSegment[]): void;
  of(turnId: string | null): readonly AudioSegment[];
}

/** The sessions that are being recorded, by id. */
export interface OpenSessions {
  /** Throws where the session is not being recorded. */
  get(id: string): OpenSession;
  find(id: string): OpenSession | undefined;
  add(id: string, session: OpenSession): void;
  remove(id: string): void;
  /** Adds an event to the catalog, where the catalog knows the session. */
  noteEvent(id: string, event: string): void;
}

export interface OpenSessionsOptions {
  readonly catalog: Pick<Catalog, 'addEvent'>;
  readonly clock: Clock;
}

export function createOpenSessions({ catalog, clock }: OpenSessionsOptions): OpenSessions {
  const sessions = new Map<string, OpenSession>();

  const get = (id: string): OpenSession => {
    const session = sessions.get(id);
    if (session === undefined) throw new Error(`session ${id} was not begun`);
    return session;
  };

  return {
    get,
    find: (id) => sessions.get(id),
    add(id, session) {
      sessions.set(id, session);
    },
    remove(id) {
      sessions.delete(id);
    },
    noteEvent(id, event) {
      if (!get(id).journal.record.database_records) return;
      catalog.addEvent(id, new Date(clock.wallMs()).toISOString(), event);
    },
  };
}

export function knownTurns(first: readonly AudioSegment[]): KnownTurns {
  const byTurn = new Map<string, AudioSegment[]>();
  let count = 0;
  const add = (segments: readonly AudioSegment[]): void => {
    count += segments.length;
    for (const segment of segments) {
      const known = byTurn.get(segment.turn_id);
      if (known === undefined) byTurn.set(segment.turn_id, [segment]);
      else known.push(segment);
    }
  };
  add(first);
  return {
    get segments() {
      return count;
    },
    add,
    of: (turnId) => (turnId === null ? undefined : byTurn.get(turnId)) ?? [],
  };
}
