import { basename, dirname, join } from 'node:path';
import type { ExportFormat, RecordingType } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { FileEntry } from '../contract/server-messages.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { fitName } from '../disk/fit-name.ts';
import { chaptersOf } from '../encode/chapters.ts';
import type { Encoder } from '../encode/encoder.ts';
import { statBytes } from '../files/stat-bytes.ts';
import type { SessionFiles } from './session-files.ts';

export interface ExportRequest {
  readonly format: ExportFormat;
  readonly track?: RecordingType | undefined;
  readonly gain?: number | undefined;
}

export interface ExportOptions {
  readonly encoder: Encoder;
  readonly files: SessionFiles;
  readonly mp3BitRate?: number | undefined;
}

/** An exported file with the row that the catalog keeps for it. */
export interface Exported {
  readonly entry: FileEntry;
  readonly row: RecordingFile;
}

const EXTENSIONS: Record<ExportFormat, string> = {
  wav: 'wav',
  mp4: 'mp4',
  mp3: 'mp3',
  flac: 'flac',
  opus: 'opus',
};

/**
 * Makes copies of a session's masters, one a part and track, beside them. A copy that is already there with the
 * same gain is not made again. Rejects with FILE_MISSING, ENCODER_UNAVAILABLE or ENCODING_FAILED.
 */
export async function exportSession(
  session: SessionRecord,
  request: ExportRequest,
  options: ExportOptions,
): Promise<readonly Exported[]> {
  const { format } = request;
  const gain = request.gain ?? session.gain;
  const wanted = session.files.filter((file) => file.master && (request.track ?? file.type) === file.type);
  if (wanted.length === 0)
    throw new LecternError('FILE_MISSING', `This session has no ${request.track ?? ''} recording to export`);
  if (!options.encoder.info.formats.includes(format))
    throw new LecternError(
      'ENCODER_UNAVAILABLE',
      `${format.toUpperCase()} needs ffmpeg, which was not found. Install ffmpeg, or export to ` +
        options.encoder.info.formats.join(', '),
    );
  const exported: Exported[] = [];
  for (const master of wanted) exported.push(await exportMaster(session, master, format, gain, options));
  return exported;
}

async function exportMaster(
  session: SessionRecord,
  master: RecordingFile,
  format: ExportFormat,
  gain: number,
  options: ExportOptions,
): Promise<Exported> {
  const masterPath = options.files.resolve(session, basename(master.file_path));
  if (masterPath === undefined)
    throw new LecternError(
      'FILE_MISSING',
      `The recording ${basename(master.file_path)} is no longer in its folder`,
    );
  if (format === 'wav' && gain === 1)
    return { entry: entryOf(master), row: { ...master, status: 'completed' } };
  const known = session.files.find(
    (file) =>
      !file.master &&
      file.format === format &&
      file.type === master.type &&
      file.part === master.part &&
      file.gain === gain &&
      file.status === 'completed',
  );
  if (known !== undefined && options.files.resolve(session, basename(known.file_path)) !== undefined)
    return { entry: entryOf(known), row: known };

  const stem = basename(master.file_path, '.wav');
  const variant = gain === 1 ? '' : gain === session.gain ? '' : `_gain${gain}`;
  const suffix = format === 'wav' ? (variant === '' ? '_gain' : variant) : variant;
  const name = fitName(stem, `${suffix}.${EXTENSIONS[format]}`);
  const finalPath = join(dirname(masterPath), name);
  await options.encoder.encodeFile({
    format,
    masterPath,
    finalPath,
    gain,
    chapters: chaptersOf(session, master.part),
    ...(options.mp3BitRate === undefined ? {} : { mp3BitRate: options.mp3BitRate }),
  });
  const row: RecordingFile = {
    type: master.type,
    format,
    file_path: `${session.id}/${name}`,
    url: master.url.replace(/[^/]*$/, encodeURIComponent(name)),
    byte_size: await statBytes(finalPath),
    duration_ms: master.duration_ms,
    part: master.part,
    master: false,
    gain,
    status: 'completed',
  };
  return { entry: entryOf(row), row };
}

function entryOf({ type, format, file_path, url, byte_size, duration_ms }: RecordingFile): FileEntry {
  return { type, format, file_path, url, byte_size, duration_ms };
}
