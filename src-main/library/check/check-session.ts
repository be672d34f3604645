import { basename, dirname, join } from 'node:path';
import type { FileCheck } from '../../contract/repair.ts';
import { sampleRateOf, type RecordingFile, type SessionRecord } from '../../contract/session-record.ts';
import { chaptersOf } from '../../encode/chapters.ts';
import { statBytes } from '../../files/stat-bytes.ts';
import type { SessionFiles } from '../session-files.ts';
import { checkCopy, type CopyCheckOptions } from './check-copy.ts';
import { checkMaster, type SoundMaster, whole } from './check-master.ts';
import { withMasterLength } from './record-damage.ts';

export interface SessionCheckOptions extends CopyCheckOptions {
  readonly files: Pick<SessionFiles, 'resolve'>;
  /** The folder for a copy that is missing. */
  readonly folder: string;
}

export interface SessionCheck {
  readonly checks: readonly FileCheck[];
  /** Updates a record, which may have been renamed meanwhile, with the results of the check. */
  readonly apply: (session: SessionRecord) => SessionRecord;
}

/** Looks at every file of a finished session: masters first, then the copies that are made of them. */
export async function checkSession(
  session: SessionRecord,
  options: SessionCheckOptions,
): Promise<SessionCheck> {
  const checks = new Map<string, FileCheck>();
  const sounds = new Map<string, SoundMaster>();
  const figures = new Map<string, Figures>();
  const unreadable = new Set<string>();
  /** Rates of the masters that contain no audio. */
  const empty = new Map<string, number>();

  for (const row of session.files.filter(({ master }) => master)) {
    const name = basename(row.file_path);
    const path = options.files.resolve(session, name);
    if (path === undefined) {
      checks.set(name, { ...whole(name), outcome: 'missing' });
      continue;
    }
    const recorded = { sampleRate: sampleRateOf(session, row.part), channels: session.channels };
    const cuePoints = session.markers
      .filter(({ part }) => part === row.part)
      .map(({ frame, label }) => ({ frame, label }));
    const { check, master, isEmpty } = await checkMaster(path, { recorded, cuePoints }, options.repairer);
    checks.set(name, check);
    if (check.outcome === 'unmendable') unreadable.add(row.file_path);
    if (isEmpty === true) empty.set(row.file_path, recorded.sampleRate);
    if (master === undefined) continue;
    sounds.set(`${row.type} ${row.part}`, master);
    figures.set(row.file_path, await measure(path, master));
  }
  for (const row of session.files.filter(({ master }) => !master)) {
    const name = basename(row.file_path);
    const master = isRecordingBeside(row) ? undefined : sounds.get(`${row.type} ${row.part}`);
    const path =
      options.files.resolve(session, name) ??
      join(master === undefined ? options.folder : dirname(master.path), name);
    const recordedFrames = Math.round((row.duration_ms / 1000) * (master?.sampleRate ?? 0));
    const chapters = chaptersOf(session, row.part);
    const check = await checkCopy({ row, path, master, recordedFrames, chapters }, options);
    checks.set(name, check);
    // A complete copy may be longer than a master that has lost its end.
    if (check.outcome === 'remade') figures.set(row.file_path, await measure(path, master));
    else if (check.outcome === 'whole' || check.outcome === 'mended')
      figures.set(row.file_path, await measure(path, undefined));
  }

  const results = session.files.flatMap((row) => checks.get(basename(row.file_path)) ?? []);
  return {
    checks: results,
    apply: (current) => {
      const masters = current.files.filter(({ master }) => master);
      const measured = masters.reduce((record, row) => {
        const rate = empty.get(row.file_path);
        const sound = sounds.get(`${row.type} ${row.part}`) ?? (rate && { frames: 0, sampleRate: rate });
        return sound ? withMasterLength(record, row, sound) : record;
      }, current);
      const allThere = results.every(({ outcome }) => outcome !== 'missing' && outcome !== 'unmendable');
      return {
        ...measured,
        status: measured.status === 'failed' && allThere ? 'recovered' : measured.status,
        files: measured.files.map((row) => {
          const found = figures.get(row.file_path);
          if (unreadable.has(row.file_path)) return { ...row, status: 'failed' };
          return found === undefined ? row : settled(row, found);
        }),
      };
    },
  };
}

/** The checked values of a file. */
interface Figures {
  readonly byteSize: number;
  /** Undefined where the old value stays. */
  readonly milliseconds: number | undefined;
}

async function measure(path: string, master: SoundMaster | undefined): Promise<Figures> {
  const milliseconds = master === undefined ? undefined : (master.frames / master.sampleRate) * 1000;
  return { byteSize: await statBytes(path), milliseconds };
}

function settled(row: RecordingFile, { byteSize, milliseconds = row.duration_ms }: Figures): RecordingFile {
  const { sha256: _, ...withoutHash } = row;
  return {
    ...(byteSize === row.byte_size ? row : withoutHash),
    byte_size: byteSize,
    duration_ms: Math.abs(milliseconds - row.duration_ms) < 1 ? row.duration_ms : milliseconds,
    status: 'completed',
  };
}

/**
 * A raw WAV beside the master, for example from a sync program: it was not made from the master, and may contain
 * something else.
 */
function isRecordingBeside({ master, format, gain }: RecordingFile): boolean {
  return !master && format === 'wav' && gain === 1;
}
