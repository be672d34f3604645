import { Option, type Command } from 'commander';
import { z } from 'zod';
import { LecternError } from '../contract/errors.ts';
import { describeProblem } from '../contract/parse-problem.ts';
import { recogniserSettingsSchema, type Job, type RecogniserSettings } from '../contract/processing.ts';
import { RECOGNISER_PRESETS } from '../contract/recogniser-presets.ts';
import type { ConversationLine } from '../contract/transcript.ts';
import type { Recorder } from '../recorder.ts';
import { printData, withRecorder, type CommonOptions } from './command-context.ts';
import { formatDuration } from './format-duration.ts';

interface TranscribeOptions extends CommonOptions {
  readonly recogniser?: string;
  readonly model?: string;
  readonly language?: string;
  readonly wait?: boolean;
}

export function addTranscribeCommand(program: Command): void {
  const presets = RECOGNISER_PRESETS.map(({ id }) => id).join(', ');
  program
    .command('transcribe')
    .description('turn what was said in a session into text, now or when Lectern next runs')
    .argument('<id>', 'the session')
    .option(
      '--recogniser <name>',
      `one of ${presets}, or its settings as JSON; that of the settings unless told otherwise`,
    )
    .option('--model <model>', 'the model of the recogniser')
    .option('--language <language>', 'the language spoken')
    .addOption(new Option('--wait', 'do it now, and print the text'))
    .action(async (id: string, _, command: Command) =>
      transcribe(id, command.optsWithGlobals<TranscribeOptions>()),
    );
}

async function transcribe(id: string, options: TranscribeOptions): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      stopping.abort();
    });
  await withRecorder(options, async (recorder) => {
    const recogniser = await recogniserOf(recorder, options);
    const job = await recorder.handlers['sessions.process']({
      id,
      ...(recogniser === undefined ? {} : { recogniser }),
    });
    if (options.wait !== true) {
      printData(options.json === true ? JSON.stringify({ job }) : job.id);
      process.stderr.write(
        'lectern: it waits in the queue, for the app or `lectern serve`; --wait does it now\n',
      );
      return;
    }
    const ended = await waitFor(recorder, job, stopping.signal);
    if (ended.state !== 'completed')
      throw new LecternError(
        ended.error?.code ?? 'RECOGNISER_FAILED',
        ended.error?.message ?? `The transcription was ${ended.state}`,
      );
    const { lines } = await recorder.handlers['sessions.conversation']({ id });
    if (options.json === true) printData(JSON.stringify({ job: ended, lines }));
    else for (const line of lines) if (line.text !== null) printData(wordsOf(line));
  });
}

async function waitFor(recorder: Recorder, job: Job, signal: AbortSignal): Promise<Job> {
  const narrator = setInterval(() => {
    void narrate(recorder, job);
  }, 1000);
  try {
    return await recorder.transcribe(job.id, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new LecternError(
      'SHUTTING_DOWN',
      'Stopped. The session waits in the queue, for the app or another try',
      {
        cause: error,
      },
    );
  } finally {
    clearInterval(narrator);
    if (process.stderr.isTTY) process.stderr.write('\n');
  }
}

/** One line that changes on a terminal. */
async function narrate(recorder: Recorder, { id, session_id }: Job): Promise<void> {
  if (!process.stderr.isTTY) return;
  const { jobs } = await recorder.handlers['jobs.list']({ session_id });
  const job = jobs.find((candidate) => candidate.id === id);
  if (job === undefined) return;
  const tries = job.error === null ? '' : `, after: ${job.error.message}`;
  process.stderr.write(`\r${job.state} ${Math.round(job.progress * 100)} %${tries} `);
}

/** Undefined where the recogniser of the settings is used unchanged. Throws INVALID_INPUT. */
async function recogniserOf(
  recorder: Recorder,
  { recogniser, model, language }: TranscribeOptions,
): Promise<RecogniserSettings | undefined> {
  if (recogniser === undefined && model === undefined && language === undefined) return undefined;
  const chosen =
    recogniser === undefined
      ? (await recorder.handlers['settings.get']({})).recogniser
      : namedRecogniser(recogniser);
  return checked({
    ...chosen,
    ...(model === undefined ? {} : { model }),
    ...(language === undefined ? {} : { language }),
  });
}

function namedRecogniser(name: string): object {
  const preset = RECOGNISER_PRESETS.find(({ id }) => id === name);
  if (preset !== undefined) return preset.settings;
  if (!name.trim().startsWith('{'))
    throw new LecternError(
      'INVALID_INPUT',
      `--recogniser: expected one of ${RECOGNISER_PRESETS.map(({ id }) => id).join(', ')}, or JSON, got ${JSON.stringify(name)}`,
    );
  try {
    return z.looseObject({}).parse(JSON.parse(name));
  } catch {
    throw new LecternError('INVALID_INPUT', '--recogniser: expected an object in JSON');
  }
}

function checked(settings: unknown): RecogniserSettings {
  const parsed = recogniserSettingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new LecternError('INVALID_INPUT', `--recogniser: ${describeProblem(parsed.error, settings)}`);
}

function wordsOf({ role, speaker, start_ms, text }: ConversationLine): string {
  const at = start_ms === null ? '' : formatDuration(start_ms / 1000);
  return [at, speaker === null ? role : `${role}:${speaker}`, text].join('\t');
}
