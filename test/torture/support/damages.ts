import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { softNoise } from './soft-noise.ts';

const HEADER_BYTES = 44;
const BLOCK_BYTES = 4096;
const AUDIO = /\.(wav|mp4|mp3)(\.partial)?$/;

/** A session's folder, and what has been done to it so far. */
export interface DamagedSession {
  readonly dataDir: string;
  /** Its folder's name by now. */
  id: string;
  /** A description of it that is older than its last, and another session's. */
  readonly olderDescription: Buffer;
  readonly foreignDescription: Buffer;
  hasDescription: boolean;
  hasCatalog: boolean;
  /** Files before and after bytes in their middle were overwritten: nothing in them tells. */
  readonly overwritten: { readonly before: Buffer; readonly after: Buffer }[];
}

export function folderOf({ dataDir, id }: Pick<DamagedSession, 'dataDir' | 'id'>): string {
  return join(dataDir, 'recordings', id);
}

type Random = () => number;
type Damage = (session: DamagedSession, random: Random) => string;

/** By their name; each says what exactly it did. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  'header zeroed': ofOneFile((path, random) => {
    const bytes = readFileSync(path);
    const count = random() < 0.5 ? HEADER_BYTES : BLOCK_BYTES;
    writeFileSync(path, bytes.fill(0, 0, count));
    return `(${count})`;
  }),
  'zeros inside': inside((bytes) => Buffer.alloc(bytes)),
  'noise inside': inside((bytes, random) => softNoise(Math.floor(random() * 1e6), bytes)),
  'cut off': ofOneFile((path, random) => {
    const left = Math.floor(random() * readFileSync(path).length);
    truncateSync(path, left);
    return `(${left})`;
  }),
  removed: ofOneFile((path) => {
    rmSync(path);
    return '';
  }),
  emptied: ofOneFile((path) => {
    truncateSync(path, 0);
    return '';
  }),
  'conflict copy': ofOneFile((path) => {
    const name = path.replace(AUDIO, (ending) => ` (conflicted copy)${ending}`);
    copyFileSync(path, name);
    return '';
  }),
  'session.json missing': (session) => describe(session, undefined),
  'session.json older': (session) => describe(session, session.olderDescription),
  'session.json of another session': (session) => describe(session, session.foreignDescription),
  'catalog missing': (session) => {
    for (const name of readdirSync(session.dataDir))
      if (name.startsWith('lectern.db')) rmSync(join(session.dataDir, name));
    session.hasCatalog = false;
    return '';
  },
  'folder renamed': (session) => {
    const from = folderOf(session);
    session.id = `${session.id}-renamed`;
    renameSync(from, folderOf(session));
    // The catalog knows nothing of that name.
    session.hasCatalog = false;
    return '';
  },
};

/** Does one of them, and says which. */
export function damageOnce(session: DamagedSession, random: Random): string {
  const names = Object.keys(DAMAGES);
  const name = names[Math.floor(random() * names.length)] ?? '';
  return `${name} ${DAMAGES[name]?.(session, random) ?? ''}`.trim();
}

function ofOneFile(change: (path: string, random: Random, session: DamagedSession) => string): Damage {
  return (session, random) => {
    const folder = folderOf(session);
    const names = readdirSync(folder)
      .filter((name) => AUDIO.test(name))
      .sort();
    const name = names[Math.floor(random() * names.length)];
    return name === undefined ? 'nothing' : name + change(join(folder, name), random, session);
  };
}

function inside(fill: (bytes: number, random: Random) => Buffer): Damage {
  return ofOneFile((path, random, session) => {
    const bytes = readFileSync(path);
    const blocks = Math.floor(bytes.length / BLOCK_BYTES) - 1;
    const hit: number[] = [];
    for (let count = 1 + Math.floor(random() * 3); count > 0 && blocks > 0; count--) {
      const block = 1 + Math.floor(random() * blocks);
      fill(BLOCK_BYTES, random).copy(bytes, block * BLOCK_BYTES);
      hit.push(block);
    }
    session.overwritten.push({ before: readFileSync(path), after: bytes });
    writeFileSync(path, bytes);
    return `(${hit.join()})`;
  });
}

function describe(session: DamagedSession, description: Buffer | undefined): string {
  const path = join(folderOf(session), 'session.json');
  if (description !== undefined) writeFileSync(path, description);
  else if (existsSync(path)) rmSync(path);
  session.hasDescription = false;
  return '';
}
