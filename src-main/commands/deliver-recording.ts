import { basename } from 'node:path';
import type { DeliveryFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { ServerMessageOf } from '../contract/server-messages.ts';
import type { Recorder } from '../recorder.ts';
import { printData } from './command-context.ts';
import { copyInto } from './copy-out.ts';
import type { Streamed } from './stream-session.ts';

export interface WantedFiles {
  readonly format: DeliveryFormat;
  /** True where the raw recording may replace a copy in a format that was not made. */
  readonly rawToo: boolean;
  readonly json: boolean;
}

/** Copies the recording to `out` and prints the paths; then reports what went wrong, if anything did. */
export async function deliverRecording(
  recorder: Recorder,
  { parts, failure }: Streamed,
  { format, rawToo, json }: WantedFiles,
  out: string,
): Promise<void> {
  const delivered: string[] = [];
  try {
    for (const part of parts)
      for (const name of fileNamesOf(part, format, rawToo || failure !== undefined)) {
        const from = recorder.resolveFile(part.session_id, name);
        if (from !== undefined) delivered.push(await copyInto(from, out));
      }
  } catch (error) {
    if (failure !== undefined) process.stderr.write(`lectern: ${failure.message}\n`);
    throw error;
  } finally {
    if (json) printData(JSON.stringify({ session_id: parts[0]?.session_id, files: delivered, parts }));
    else if (delivered.length > 0) printData(delivered.join('\n'));
  }
  if (failure !== undefined) throw failure;
}

/** One file for each side and for the mix, in the wanted format; another one where `rawToo` allows it. */
function fileNamesOf(
  { files, session_id }: ServerMessageOf<'recording_stopped'>,
  format: DeliveryFormat,
  orAny: boolean,
): readonly string[] {
  const types = [...new Set(files.map(({ type }) => type))];
  const chosen = types.flatMap((type) => {
    const ofType = files.filter((file) => file.type === type);
    return ofType.find((file) => file.format === format) ?? (orAny ? ofType.slice(0, 1) : []);
  });
  if (chosen.length === 0 && !orAny)
    throw new LecternError(
      'ENCODING_FAILED',
      `No ${format.toUpperCase()} could be made. The recording is kept; see: lectern show ${session_id}`,
    );
  return chosen.map((file) => basename(file.file_path));
}
