import { extname } from 'node:path';
import { LecternError } from '../../contract/errors.ts';
import type { RepairTarget } from '../../repair/repair-target.ts';
import { examineFile, type ExaminingTools } from './examine-file.ts';
import type { IncomingFile, TaskControl } from './incoming-file.ts';

/** Beside the original bytes, in the file's private folder. */
const TARGET: RepairTarget = { place: 'beside' };

/**
 * Makes the repaired copy of a file, once. Rejects with INVALID_AUDIO_FILE where there is nothing to repair or no way
 * to, and as repairing does.
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
  // It was made earlier with other assumptions, and exists.
  file.mendedPath = plan.done
    ? plan.outputPath
    : (await tools.repairer.repair(diagnosis, plan, TARGET, control)).outputPath;
  return file.mendedPath;
}

/**
 * The repaired copy where the file needs repair and can be repaired; else the original, where it decodes: audible sound
 * is not refused because some of the file cannot be repaired.
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

/** The name for saving the repaired copy: `talk.repaired.wav` for `talk.wav`. */
export function mendedName(file: IncomingFile, mendedPath: string): string {
  return `${file.name.stem}.repaired${extname(mendedPath)}`;
}
