import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RecogniserSettings } from '../contract/processing.ts';
import { checkedAnswer } from './checked-answer.ts';
import { fillArguments } from './command-arguments.ts';
import { readOutputFile } from './command-output.ts';
import { complaintIn, passingFailure } from './failures.ts';
import { EXTENSIONS } from './formats/parse-answer.ts';
import type { Recogniser, RecogniserTools } from './recogniser.ts';
import { runRecogniser } from './run-recogniser.ts';

/** Minutes of speech are tens of kilobytes of text; with a time for every token, some megabytes. */
export const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Relative to the program's working folder: some programs cannot open a path that is not ASCII. */
const [AUDIO, OUTPUT] = ['audio.wav', 'text'];

type CommandSettings = Extract<RecogniserSettings, { kind: 'command' }>;

/** A recogniser that is a program; it runs once for each piece. */
export function createCommandRecogniser(settings: CommandSettings, tools: RecogniserTools): Recogniser {
  const { program, format, language, model } = settings;
  const name = basename(program);
  return {
    givesTimes: format !== 'text',
    async recognise(piece, { signal, onProgress }) {
      const folder = await mkdtemp(join(tools.workDir, 'piece-'));
      try {
        await writeFile(join(folder, AUDIO), tools.wavOf(piece), { mode: 0o600 });
        const { stdout, words } = await runRecogniser({
          program,
          args: fillArguments(settings.args, { audio: AUDIO, output: OUTPUT, language, model }),
          workDir: folder,
          timeoutMs: settings.timeout_seconds * 1000,
          signal,
          maxOutputBytes: MAX_OUTPUT_BYTES,
          onProgram: tools.onProgram,
          onWords: (text) => {
            const fraction = progressIn(text);
            if (fraction !== undefined) onProgress(fraction);
          },
        });
        const answer =
          settings.output === 'stdout'
            ? stdout
            : await readOutputFile(join(folder, OUTPUT), EXTENSIONS[format], MAX_OUTPUT_BYTES, name).catch(
                (error: unknown) => {
                  // Some programs report wrong arguments and still exit with success.
                  const complaint = complaintIn(words);
                  throw complaint === ''
                    ? error
                    : passingFailure('RECOGNISER_FAILED', `${name} wrote no text, saying: ${complaint}`, {
                        cause: error,
                      });
                },
              );
        return checkedAnswer(answer, format, name, piece, tools.onSkipped);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** `progress = 35%` of whisper.cpp, ` 35%|###` of OpenAI's program, or any other percentage. */
function progressIn(text: string): number | undefined {
  const [, percent] = [...text.matchAll(/(?<![\d.])(\d{1,3})\s*%/g)].at(-1) ?? [];
  const share = Number(percent) / 100;
  return share >= 0 && share <= 1 ? share : undefined;
}
