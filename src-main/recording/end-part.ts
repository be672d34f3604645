import { setTimeout as delay } from 'node:timers/promises';
import type { FileEntry } from '../contract/server-messages.ts';
import type { RecordingFile } from '../contract/session-record.ts';
import type { FinishedPart, PartSummary } from '../session/ports.ts';
import type { FileInMaking, PartWriterOptions } from './part-context.ts';
import { toFileEntry } from './part-file.ts';

export interface PartEnd {
  /** Every file of the part, the masters final. */
  readonly listed: readonly RecordingFile[];
  readonly making: readonly FileInMaking[];
  readonly summary: PartSummary;
  readonly options: Pick<PartWriterOptions, 'onFiles' | 'onLateFile' | 'onLate'>;
  /** How long to wait for the copies and the mix. */
  readonly graceMs: number;
  /** Gives up the unfinished copies and the mix. */
  readonly giveUp: () => void;
}

/**
 * Waits a moment for the copies and the mix, and lists the files that are final then. The rest is written down when
 * it is ready.
 */
export async function endPart(end: PartEnd): Promise<FinishedPart> {
  const { listed, making, summary, options, graceMs, giveUp } = end;
  const beingMade = new Set(making.map(({ row }) => row.file_path));
  // A file without audio gets no copy.
  const isReal = ({ master, status, file_path }: RecordingFile): boolean =>
    master || status !== 'recording' || beingMade.has(file_path);
  const rows = new Map(listed.filter(isReal).map((row) => [row.file_path, row]));
  const unsettled = new Set(making);
  let hasEnded = false;

  const settle = async (file: FileInMaking): Promise<FileEntry | undefined> => {
    const row = await file.done;
    const { file_path } = file.row;
    unsettled.delete(file);
    if (hasEnded && row?.status !== 'recording') await options.onLateFile(file_path, row);
    if (row === undefined) rows.delete(file_path);
    else rows.set(file_path, row);
    return row?.status === 'completed' ? toFileEntry(row) : undefined;
  };

  const settled = new Map(making.map((file) => [file, settle(file)]));
  const done = Promise.all(settled.values());
  await Promise.race([done, delay(graceMs, undefined, { ref: false })]);
  hasEnded = true;
  options.onFiles([...rows.values()], summary);
  const left = [...unsettled];
  if (left.length > 0) options.onLate({ done, abort: giveUp });
  const undecided = new Set(left.map(({ row }) => row.file_path));
  return {
    files: [...rows.values()]
      .filter(({ status, file_path }) => status === 'completed' && !undecided.has(file_path))
      .map(toFileEntry),
    pending: left
      .filter(({ isExpected }) => isExpected)
      .map(({ row: { type, format, file_path } }) => ({ type, format, file_path })),
    late: left.flatMap((file) => settled.get(file) ?? []),
  };
}
