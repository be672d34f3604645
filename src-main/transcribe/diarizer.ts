import { mkdtemp, rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import type { DiarizerSettings } from '../contract/processing.ts';
import { fillArguments } from './command-arguments.ts';
import { readOutputFile } from './command-output.ts';
import { passingFailure } from './failures.ts';
import { parseRttm, type SpeakerTurn } from './formats/parse-rttm.ts';
import type { RecogniserTools } from './recogniser.ts';
import { runRecogniser } from './run-recogniser.ts';

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const OUTPUT = 'speakers';

/** Separates the voices of one track. */
export interface Diarizer {
  /** Who spoke when in a WAV, which lies in `workDir`. Rejects with RECOGNISER_UNAVAILABLE, RECOGNISER_FAILED or the signal's reason. */
  diarize(wavPath: string, signal: AbortSignal): Promise<readonly SpeakerTurn[]>;
}

/** The diarizer of these settings; undefined for none. */
export function createDiarizer(
  settings: DiarizerSettings,
  tools: Pick<RecogniserTools, 'workDir' | 'onProgram'>,
): Diarizer | undefined {
  if (settings.kind === 'none') return undefined;
  const { program, model, timeout_seconds } = settings;
  const name = basename(program);
  return {
    async diarize(wavPath, signal) {
      const folder = await mkdtemp(join(tools.workDir, 'speakers-'));
      try {
        // Relative to the program's working folder: some programs cannot open a path that is not ASCII.
        const audio = relative(folder, wavPath);
        const { stdout } = await runRecogniser({
          program,
          args: fillArguments(settings.args, { audio, output: OUTPUT, model, language: null }),
          workDir: folder,
          timeoutMs: timeout_seconds * 1000,
          signal,
          maxOutputBytes: MAX_OUTPUT_BYTES,
          onProgram: tools.onProgram,
        });
        const answer =
          settings.output === 'stdout'
            ? stdout
            : await readOutputFile(join(folder, OUTPUT), ['.rttm', '.txt'], MAX_OUTPUT_BYTES, name);
        return understood(answer, name);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function understood(answer: Uint8Array, name: string): SpeakerTurn[] {
  try {
    return parseRttm(answer);
  } catch (error) {
    if (!(error instanceof LecternError)) throw error;
    throw passingFailure(
      'RECOGNISER_FAILED',
      `The answer of ${name} could not be understood. ${error.message}`,
      { cause: error },
    );
  }
}
