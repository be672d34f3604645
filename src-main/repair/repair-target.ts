import { lstat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';
import { fitName } from '../disk/fit-name.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import type { FileKind } from './finding.ts';

/** Where a repaired file goes. */
export type RepairTarget =
  /** `name.repaired.wav`; the damaged file stays as it is. */
  | { readonly place: 'beside' }
  /** At the damaged file's own path; that file becomes `name.wav.bak`. */
  | { readonly place: 'in-place' }
  /** In a folder, at the same place as below `root`. */
  | { readonly place: 'folder'; readonly folder: string; readonly root: string };

/** Possible names of a repaired file, best first, without end. */
export function* outputNames(path: string, kind: FileKind, target: RepairTarget): Generator<string> {
  const name = basename(path, PARTIAL_SUFFIX);
  const ownExtension = extname(name);
  const stem = basename(name, ownExtension);
  const extension = kind === 'raw' ? '.wav' : ownExtension;
  if (target.place === 'in-place' && !changesName(path, kind)) {
    yield path;
    return;
  }
  const folder =
    target.place === 'folder' ? join(target.folder, relative(target.root, dirname(path))) : dirname(path);
  if (target.place !== 'beside') yield join(folder, fitName(stem, extension));
  yield join(folder, fitName(stem, `.repaired${extension}`));
  for (let number = 2; ; number++) yield join(folder, fitName(stem, `.repaired-${number}${extension}`));
}

/** True for samples without a header whose name is not that of a WAV: the repaired file is a WAV. */
export function changesName(path: string, kind: FileKind): boolean {
  return kind === 'raw' && !/^\.wave?$/i.test(extname(basename(path, PARTIAL_SUFFIX)));
}

export function* backupNames(path: string): Generator<string> {
  const [folder, extension] = [dirname(path), extname(path)];
  const stem = basename(path, extension);
  yield join(folder, fitName(stem, `${extension}.bak`));
  for (let number = 2; ; number++) yield join(folder, fitName(stem, `${extension}.bak${number}`));
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
