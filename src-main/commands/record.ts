import { constants, copyFile, mkdir, stat } from 'node:fs/promises';
import { extname, basename, join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { deliveryFormatSchema, gainSchema, type DeliveryFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { ServerMessage, ServerMessageOf } from '../contract/server-messages.ts';
import { listFfmpegCandidates } from '../encode/ffmpeg-candidates.ts';
import { findFfmpeg } from '../encode/find-ffmpeg.ts';
import type { Recorder } from '../recorder.ts';
import { openFileSource, openMicrophoneSource, type AudioSource } from './audio-source.ts';
import { numberAtLeast, printData, withRecorder, type CommonOptions } from './command-context.ts';
import { streamSession } from './stream-session.ts';

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
    .option('--gain <number>', 'amplify the delivered copy, 1 to 4', (text) => gainSchema.parse(Number(text)))
    .action(async (_, command: Command) => record(command.optsWithGlobals<RecordOptions>()));
}

async function record(options: RecordOptions): Promise<void> {
  const out = resolve(options.out);
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw new LecternError('FOLDER_UNWRITABLE', `The folder ${out} cannot be created`, { cause });
  });
  const source = await openSource(options.input);
  const stopping = new AbortController();
  const stop = (): void => {
    stopping.abort();
    void source.close();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await withRecorder(options, async (recorder) => {
      const stopped = await streamSession(recorder, source, {
        format: options.format,
        title: options.title,
        speed: options.speed,
        seconds: options.seconds,
        gain: options.gain,
        signal: stopping.signal,
        onMessage: createNarrator(source),
      });
      const files = await deliver(recorder, stopped, options.format, out);
      printData(
        options.json === true
          ? JSON.stringify({ session_id: stopped[0]?.session_id, files, parts: stopped })
          : files.join('\n'),
      );
    });
  } finally {
    await source.close();
  }
}

async function openSource(input: string): Promise<AudioSource> {
  const ffmpeg = async (): Promise<string | undefined> =>
    (await findFfmpeg({ candidates: await listFfmpegCandidates(process.env), log: () => undefined }))?.path;
  return input === 'default'
    ? openMicrophoneSource(await ffmpeg())
    : openFileSource(resolve(input), await ffmpeg());
}

/** Copies each part's delivered file to `out`; the recording itself stays in the library. */
async function deliver(
  recorder: Recorder,
  stopped: readonly ServerMessageOf<'recording_stopped'>[],
  format: DeliveryFormat,
  out: string,
): Promise<string[]> {
  const delivered: string[] = [];
  for (const part of stopped) {
    const files = part.files.filter((file) => file.format === format);
    if (files.length === 0)
      throw new LecternError(
        'ENCODING_FAILED',
        `No ${format.toUpperCase()} could be made${part.report.captured === 0 ? ': no audio came' : ''}. ` +
          `The recording is kept; see: lectern show ${part.session_id}`,
      );
    for (const file of files.slice(0, part.report.tracks.length)) {
      const from = recorder.resolveFile(part.session_id, basename(file.file_path));
      if (from !== undefined) delivered.push(await copyBeside(from, out));
    }
  }
  return delivered;
}

async function copyBeside(from: string, folder: string): Promise<string> {
  const extension = extname(from);
  const stem = basename(from, extension);
  for (let number = 1; ; number++) {
    const to = join(folder, `${stem}${number === 1 ? '' : `-${number}`}${extension}`);
    if (await stat(to).catch(() => undefined)) continue;
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return to;
  }
}

/** Says on stderr how it goes: one line that changes on a terminal, warnings everywhere. */
function createNarrator(source: AudioSource): (message: ServerMessage) => void {
  return (message) => {
    if (message.type === 'warning' || message.type === 'error')
      process.stderr.write(`lectern: ${message.message}\n`);
    if (message.type !== 'progress' || !process.stderr.isTTY) return;
    const total = source.seconds === undefined ? '' : ` of ${source.seconds.toFixed(1)}`;
    process.stderr.write(`\rrecorded ${message.duration_seconds.toFixed(1)}${total} s `);
  };
}
