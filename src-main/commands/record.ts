import type { AudioSource } from './ffmpeg-source.ts';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { decibelsOf } from '../audio/channel-mix.ts';
import { deliveryFormatSchema, type DeliveryFormat, type Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { findProfile, type RecordingProfile } from '../contract/recording-profile.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import { listFfmpegCandidates } from '../encode/ffmpeg/candidates.ts';
import { findFfmpeg } from '../encode/ffmpeg/find-ffmpeg.ts';
import type { Recorder } from '../recorder.ts';
import type { Log } from '../runtime/log.ts';
import { logToTerminal, withRecorder, type CommonOptions } from './command-context.ts';
import { prepareFolder } from './copy-out.ts';
import { deliverRecording } from './deliver-recording.ts';
import { openSides, type Sides } from './open-sides.ts';
import { numberAtLeast, numberFrom } from './option-numbers.ts';
import { streamSession } from './stream-session.ts';

interface RecordOptions extends CommonOptions {
  readonly out: string;
  readonly input: string;
  readonly assistant?: string;
  readonly profile?: string;
  readonly seconds?: number;
  readonly format?: DeliveryFormat;
  readonly speed: number;
  readonly title?: string;
  readonly gain?: number;
}

export function addRecordCommand(program: Command): void {
  program
    .command('record')
    .description(
      'record a file or the microphone, or both sides of a conversation, and leave what is delivered in a folder',
    )
    .requiredOption('--out <folder>', 'where the delivered file goes')
    .option('--input <source>', "an audio file, or 'default' for the microphone", 'default')
    .option('--assistant <file>', 'an audio file for the other side; both begin together')
    .option('--profile <name>', 'record as this profile of the settings does, but for what is said here')
    .option('--seconds <number>', 'stop after this much audio', numberAtLeast(0.1))
    .addOption(
      new Option(
        '--format <format>',
        "what to deliver: the profile's, or wav; mp3 of 8 kHz telephone audio is 22.05 kHz at 160k, the most MP3 has there",
      ).choices(deliveryFormatSchema.options),
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
  // The handlers stay for as long as we run: a terminal and npm each send a signal, and the second one must not stop
  // the finalising.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      stopping.abort();
    });
  await withRecorder(
    options,
    async (recorder) => {
      const profile = await profileOf(recorder, options.profile);
      const format = options.format ?? profile?.format ?? 'wav';
      const shape = profile && { sampleRate: profile.sample_rate, channels: profile.channels };
      const sides = await openSides({ ...options, shape, ffmpeg: await ffmpegPath() });
      for (const { track, source } of sides)
        for (const words of sourceTexts(track, source)) process.stderr.write(`lectern: ${words}\n`);
      try {
        const streamed = await streamSession(recorder, sides, {
          format,
          profile: profile?.name,
          title: options.title,
          speed: options.speed,
          seconds: options.seconds,
          gain: options.gain,
          signal: stopping.signal,
          onMessage: createNarrator(sides),
        });
        const wanted = { format, rawToo: profile?.auto_save === false, json: options.json === true };
        await deliverRecording(recorder, streamed, wanted, out);
      } finally {
        await Promise.all(sides.map(({ source }) => source.close()));
      }
    },
    logToRecord,
  );
}

/** Which track of a file is recorded and how it was changed, where there is something to say. */
function sourceTexts(track: Track, { gain, taken }: AudioSource): string[] {
  const file = track === 'user' ? '--input' : '--assistant';
  const reasons = (taken?.passedOver ?? []).map(
    (other) => `track ${other.track} ${other.reason === 'silent' ? 'is silent' : 'cannot be decoded'}`,
  );
  return [
    ...(taken === undefined || taken.tracks === 1
      ? []
      : [
          `${file} has ${taken.tracks} audio tracks; ${[...reasons, `track ${taken.track} is recorded`].join(', ')}`,
        ]),
    ...(gain === 1
      ? []
      : [
          `${file} has samples above full scale; it is recorded ${-decibelsOf(gain)} dB quieter, so that none is clipped`,
        ]),
  ];
}

/** Chunks that are on their way when a session ends are refused. That is not logged: the end is reported already. */
const logToRecord: Log = (level, message, details) => {
  if (details?.['code'] !== 'NOT_RECORDING') logToTerminal(level, message, details);
};

async function ffmpegPath(): Promise<string | undefined> {
  const candidates = await listFfmpegCandidates(process.env);
  return (await findFfmpeg({ candidates, log: () => undefined }))?.path;
}

async function profileOf(
  recorder: Recorder,
  name: string | undefined,
): Promise<RecordingProfile | undefined> {
  if (name === undefined) return undefined;
  const { profiles } = await recorder.handlers['settings.get']({});
  const profile = findProfile(profiles, name);
  if (profile !== undefined) return profile;
  const names = profiles.map((candidate) => candidate.name).join(', ');
  throw new LecternError('INVALID_INPUT', `--profile: expected one of ${names}, got ${JSON.stringify(name)}`);
}

/** Reports progress on stderr: one line that changes on a terminal, warnings everywhere. */
function createNarrator(sides: Sides): (message: ServerMessage) => void {
  const [{ source }] = sides;
  const seconds = Math.max(...sides.map((side) => side.source.seconds ?? NaN));
  const total = source.live || Number.isNaN(seconds) ? '' : ` of ${seconds.toFixed(1)}`;
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
