import { extname } from 'node:path';
import { LecternError } from '../../contract/errors.ts';
import type { RepairTarget } from '../../repair/repair-target.ts';
import { examineFile, type ExaminingTools } from './examine-file.ts';
import type { IncomingFile, TaskControl } from './incoming-file.ts';

/** Beside the bytes as they came, in the file's private folder. */
const TARGET: RepairTarget = { place: 'beside' };

/**
 * Makes the mended copy of a file, once. Rejects with INVALID_AUDIO_FILE where there is nothing to mend or no way to,
 * and as repairing does.
 */
export async function mendFile(
  file: IncomingFile,
  tools: ExaminingTools,
  control: TaskControl,
): Promise<string> {
  if (file.mendedPath !== undefined) return file.mendedPath;
  if (file.examined === undefined) await examineFile(file, {}, tools, control.signal);
  const diagnosis = file.examined?.diagnosis;
  const plan = diagnosis === undefined ? undefined : await tools.repairer.plan(diagnosis, TARGET);
  if (diagnosis === undefined || plan === undefined)
    throw new LecternError('INVALID_AUDIO_FILE', 'Expected a file that can be mended, this one cannot');
  // Under other assumptions it was made before, and is there.
  file.mendedPath = plan.done
    ? plan.outputPath
    : (await tools.repairer.repair(diagnosis, plan, TARGET, control)).outputPath;
  return file.mendedPath;
}

/**
 * The mended copy where the file needs mending and can be mended; else the file as it came, where it decodes: what can be
 * heard of it is not refused for the sake of what cannot be mended.
 */
export async function soundPathOf(
  file: IncomingFile,
  tools: ExaminingTools,
  control: TaskControl,
): Promise<string> {
  if (file.examined?.examination.verdict !== 'mendable') return file.originalPath;
  try {
    return await mendFile(file, tools, control);
  } catch (error) {
    control.signal.throwIfAborted();
    const isHopeless =
      error instanceof LecternError && ['INVALID_AUDIO_FILE', 'ENCODING_FAILED'].includes(error.code);
    const sound = isHopeless ? await tools.decoder.probe(file.originalPath, control.signal) : undefined;
    if (sound === undefined) throw error;
    return file.originalPath;
  }
}

/** The name under which the mended copy is saved: `talk.repaired.wav` of `talk.wav`. */
export function mendedName(file: IncomingFile, mendedPath: string): string {
  return `${file.name.stem}.repaired${extname(mendedPath)}`;
}
