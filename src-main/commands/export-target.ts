import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { ExportFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';

const EXTENSIONS: Record<ExportFormat, readonly string[]> = {
  wav: ['.wav', '.wave'],
  mp4: ['.mp4', '.m4a'],
  mp3: ['.mp3'],
  flac: ['.flac'],
  opus: ['.opus', '.ogg'],
};

export interface ExportTarget {
  readonly kind: 'folder' | 'file';
  readonly path: string;
}

/** What `--out` means. Rejects with INVALID_INPUT where a file's extension contradicts the format. */
export async function exportTarget(out: string, format: ExportFormat): Promise<ExportTarget> {
  const path = resolve(out);
  const extension = extname(path).toLowerCase();
  const existing = await stat(path).catch(() => undefined);
  const endsWithSeparator = out.endsWith('/') || (process.platform === 'win32' && out.endsWith('\\'));
  if (existing?.isDirectory() === true || endsWithSeparator || extension === '')
    return { kind: 'folder', path };
  if (!EXTENSIONS[format].includes(extension))
    throw new LecternError(
      'INVALID_INPUT',
      `--out: expected a folder, or a file that ends with ${EXTENSIONS[format].join(' or ')} as --format ${format} says, got ${out}`,
    );
  return { kind: 'file', path };
}
