import { basename, extname } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { systemCode } from '../files/write-error.ts';
import { fileSource, type ByteSource } from './byte-source.ts';
import { diagnoseMp3 } from './diagnose-mp3.ts';
import { diagnoseMp4 } from './diagnose-mp4.ts';
import { diagnoseOgg } from './diagnose-ogg.ts';
import { diagnoseRaw } from './diagnose-raw.ts';
import { diagnoseWav } from './diagnose-wav.ts';
import { diagnoseWebm } from './diagnose-webm.ts';
import type { Fault, Finding, RepairHints } from './finding.ts';
import type { Reading } from './judge-repair.ts';

/** The kind of a file and its faults, at the moment of the examination. */
export interface Diagnosis {
  readonly path: string;
  /** Undefined for a file of a kind that repair does not handle. */
  readonly finding: Finding | undefined;
  /** Faults in the structure of a healthy file, and why they stay. Only where a trial repair did not help. */
  readonly harmless?: { readonly faults: readonly Fault[]; readonly reason: string };
  /** What independent readers hear, where they were asked. */
  readonly reading?: Reading;
  /** Size and time of change, to notice a later change of the file. */
  readonly size: number;
  readonly modifiedMs: number;
}

const EXTENSIONS: Readonly<Record<string, 'raw' | 'mp4' | 'webm' | 'ogg' | 'mp3'>> = {
  '.wav': 'raw',
  '.wave': 'raw',
  '.pcm': 'raw',
  '.raw': 'raw',
  '.mp4': 'mp4',
  '.m4a': 'mp4',
  '.mov': 'mp4',
  '.webm': 'webm',
  '.weba': 'webm',
  '.mkv': 'webm',
  '.mka': 'webm',
  '.ogg': 'ogg',
  '.oga': 'ogg',
  '.opus': 'ogg',
  '.mp3': 'mp3',
};

/** Beginnings of other kinds of files that may have these names. */
const OTHER_KINDS = [
  'RIFF',
  'RIFX',
  'FORM',
  'fLaC',
  'caff',
  '.snd',
  'wvpk',
  'MAC ',
  'II*',
  'MM',
  'PK',
  '%PDF',
];

/** The extension in lower case: `.wav` for `user_1.wav` and for `user_1.wav.partial`. */
export function audioExtension(path: string): string {
  return extname(basename(path, PARTIAL_SUFFIX)).toLowerCase();
}

/** True for names that audio files have. */
export function isAudioName(path: string): boolean {
  return audioExtension(path) in EXTENSIONS;
}

/** Looks at a file without changing it. Rejects with FILE_MISSING where it cannot be read. */
export async function diagnose(path: string, hints: RepairHints = {}): Promise<Diagnosis> {
  const file = await openRegularFile(path).catch((error: unknown) => {
    if (error instanceof LecternError) throw new LecternError('FILE_MISSING', `${path} is not a file`);
    throw new LecternError('FILE_MISSING', `${path} cannot be read (${systemCode(error)})`, { cause: error });
  });
  try {
    const { size, mtimeMs } = await file.stat();
    const finding = await inspect(fileSource(file, size), audioExtension(path), hints);
    return { path, finding, size, modifiedMs: mtimeMs };
  } finally {
    await file.close();
  }
}

/** The content decides the kind of a file. The name decides only where the content does not show it. */
async function inspect(
  source: ByteSource,
  extension: string,
  hints: RepairHints,
): Promise<Finding | undefined> {
  const found =
    (await diagnoseWav(source, hints)) ??
    (await diagnoseMp4(source)) ??
    (await diagnoseWebm(source)) ??
    (await diagnoseOgg(source));
  if (found !== undefined) return found;
  const expected = EXTENSIONS[extension];
  const start = (await source.read(0, 12)).toString('latin1');
  if (OTHER_KINDS.some((mark) => start.startsWith(mark))) return undefined;
  if (expected === 'mp3' || start.startsWith('ID3')) {
    const mp3 = await diagnoseMp3(source);
    if (mp3 !== undefined) return mp3;
  }
  if (expected === undefined) return undefined;
  if (expected === 'raw') return diagnoseRaw(source, hints);
  return {
    kind: expected,
    faults: [{ code: 'unreadable', message: `its beginning is not that of ${extension} audio` }],
    reason: source.size === 0 ? 'it is empty' : 'there is nothing to tell how to read it',
  };
}
