import { basename, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { deliveryFormatSchema, type DeliveryFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { ServerMessage, ServerMessageOf } from '../contract/server-messages.ts';
import { listFfmpegCandidates } from '../encode/ffmpeg-candidates.ts';
import { findFfmpeg } from '../encode/find-ffmpeg.ts';
import type { Recorder } from '../recorder.ts';
import type { Log } from '../session/ports.ts';
import { openFileSource, openMicrophoneSource, type AudioSource } from './audio-source.ts';
import { logToTerminal, printData, withRecorder, type CommonOptions } from './command-context.ts';
import { copyInto, prepareFolder } from './copy-out.ts';
import { numberAtLeast, numberFrom } from './option-numbers.ts';
import { streamSession, type Streamed } from './stream-session.ts';

interface RecordOptions extends CommonOptions {
  readonly out: string;
  readonly input: string;
  readonly seconds?: number;
  readonly format: DeliveryFormat;
  readonly speed: number;
  readonly title?: string;
  readonly gain?: number;
}

export function addRecordCommand(program: Command): void {
  program
    .command('record')
    .description('record a file or the microphone, and leave the delivered file in a folder')
    .requiredOption('--out <folder>', 'where the delivered file goes')
    .option('--input <source>', "an audio file, or 'default' for the microphone", 'default')
    .option('--seconds <number>', 'stop after this much audio', numberAtLeast(0.1))
    .addOption(
      new Option('--format <format>', 'what to deliver').choices(deliveryFormatSchema.options).default('wav'),
    )
    .option('--speed <number>', 'times real time for files; 0 is as fast as possible', numberAtLeast(0), 1)
    .option('--title <title>', 'the name of the session')
    .option('--gain <number>', 'amplify the delivered copy, 1 to 4', numberFrom(1, 4))
    .action(async (_, command: Command) => record(command.optsWithGlobals<RecordOptions>()));
}

async function record(options: RecordOptions): Promise<void> {
  const out = resolve(options.out);
  await prepareFolder(out);
  const stopping = new AbortController();
  // For as long as we run: a terminal and npm each send a signal, and the second must not cut the finalising short.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      stopping.abort();
    });
  await withRecorder(
    options,
    async (recorder) => {
      const source = await openSource(options.input);
      try {
        const streamed = await streamSession(recorder, source, {
          format: options.format,
          title: options.title,
          speed: options.speed,
          seconds: options.seconds,
          gain: options.gain,
          signal: stopping.signal,
          onMessage: createNarrator(source),
        });
        await deliver(recorder, streamed, options, out);
      } finally {
        await source.close();
      }
    },
    logToRecord,
  );
}

/** Chunks on their way when a session ends are refused, which only repeats that it has ended. */
const logToRecord: Log = (level, message, details) => {
  if (details?.['code'] !== 'NOT_RECORDING') logToTerminal(level, message, details);
};

async function openSource(input: string): Promise<AudioSource> {
  const ffmpeg = async (): Promise<string | undefined> =>
    (await findFfmpeg({ candidates: await listFfmpegCandidates(process.env), log: () => undefined }))?.path;
  return input === 'default'
    ? openMicrophoneSource(await ffmpeg())
    : openFileSource(resolve(input), await ffmpeg());
}

/** Copies what was recorded to `out` and prints where; then says what went wrong, if anything did. */
async function deliver(
  recorder: Recorder,
  { parts, failure }: Streamed,
  { format, json }: RecordOptions,
  out: string,
): Promise<void> {
  const delivered: string[] = [];
  try {
    for (const part of parts)
      for (const name of fileNamesOf(part, format, failure !== undefined)) {
        const from = recorder.resolveFile(part.session_id, name);
        if (from !== undefined) delivered.push(await copyInto(from, out));
      }
  } catch (error) {
    if (failure !== undefined) process.stderr.write(`lectern: ${failure.message}\n`);
    throw error;
  } finally {
    if (json === true)
      printData(JSON.stringify({ session_id: parts[0]?.session_id, files: delivered, parts }));
    else if (delivered.length > 0) printData(delivered.join('\n'));
  }
  if (failure !== undefined) throw failure;
}

/** A part's files in the format asked for; whatever there is where the recording was cut short. */
function fileNamesOf(
  part: ServerMessageOf<'recording_stopped'>,
  format: DeliveryFormat,
  cutShort: boolean,
): readonly string[] {
  const inFormat = part.files.filter((file) => file.format === format);
  if (inFormat.length === 0 && !cutShort)
    throw new LecternError(
      'ENCODING_FAILED',
      `No ${format.toUpperCase()} could be made. The recording is kept; see: lectern show ${part.session_id}`,
    );
  return (inFormat.length > 0 ? inFormat : part.files)
    .slice(0, part.report.tracks.length)
    .map((file) => basename(file.file_path));
}

/** Says on stderr how it goes: one line that changes on a terminal, warnings everywhere. */
function createNarrator(source: AudioSource): (message: ServerMessage) => void {
  const total = source.seconds === undefined ? '' : ` of ${source.seconds.toFixed(1)}`;
  let lineIsOpen = false;
  const sayLine = (line: string): void => {
    process.stderr.write(`${lineIsOpen ? '\n' : ''}${line}\n`);
    lineIsOpen = false;
  };
  return (message) => {
    if (message.type === 'recording_started' && message.part === 1 && source.live)
      sayLine('Recording from the microphone; press Ctrl-C to stop');
    if (message.type === 'warning' || message.type === 'error') sayLine(`lectern: ${message.message}`);
    if (!process.stderr.isTTY) return;
    if (message.type === 'progress') {
      process.stderr.write(`\rrecorded ${message.duration_seconds.toFixed(1)}${total} s `);
      lineIsOpen = true;
    }
    if (message.type === 'recording_stopped' && lineIsOpen) {
      process.stderr.write('\n');
      lineIsOpen = false;
    }
  };
}
