import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join, sep } from 'node:path';

/** A place where ffmpeg may be. */
export interface FfmpegCandidate {
  readonly source: 'LECTERN_FFMPEG' | 'ffmpeg-static' | 'PATH';
  readonly path: string;
}

/**
 * Where to look for ffmpeg, in order: `LECTERN_FFMPEG`, the optional package ffmpeg-static, PATH. Called by the
 * shells; nothing is run here.
 */
export async function listFfmpegCandidates(
  env: Readonly<Record<string, string | undefined>>,
): Promise<FfmpegCandidate[]> {
  const candidates: FfmpegCandidate[] = [];
  const chosen = env['LECTERN_FFMPEG']?.trim();
  if (chosen) candidates.push({ source: 'LECTERN_FFMPEG', path: chosen });
  const packaged = await ffmpegStaticPath();
  if (packaged !== undefined) candidates.push({ source: 'ffmpeg-static', path: unpackedPath(packaged) });
  const installed = searchPath(env);
  if (installed !== undefined) candidates.push({ source: 'PATH', path: installed });
  return candidates;
}

/** A binary cannot be run from inside an archive: electron-builder puts it beside it, in `app.asar.unpacked`. */
export function unpackedPath(path: string): string {
  return path.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);
}

async function ffmpegStaticPath(): Promise<string | undefined> {
  // An optional dependency whose download may have been refused: then the import fails. Its name is kept from
  // the bundler and the type checker, both of which would want it present.
  const name: string = 'ffmpeg-static';
  try {
    const module: unknown = await import(/* @vite-ignore */ name);
    if (typeof module !== 'object' || module === null || !('default' in module)) return undefined;
    return typeof module.default === 'string' ? module.default : undefined;
  } catch {
    return undefined;
  }
}

function searchPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const names = process.platform === 'win32' ? ['ffmpeg.exe'] : ['ffmpeg'];
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter);
  // A relative entry would run whatever lies in the current folder.
  const paths = folders.filter(isAbsolute).flatMap((folder) => names.map((name) => join(folder, name)));
  return paths.find((path) => existsSync(path));
}
