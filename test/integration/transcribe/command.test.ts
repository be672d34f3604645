import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RECOGNISER_PRESETS } from '../../../src-main/contract/recogniser-presets.ts';
import type { RecogniserSettings } from '../../../src-main/contract/processing.ts';
import { fillArguments } from '../../../src-main/transcribe/command-arguments.ts';
import { createRecogniser } from '../../../src-main/transcribe/create-recogniser.ts';
import { createDiarizer } from '../../../src-main/transcribe/diarizer.ts';
import { retryOf } from '../../../src-main/transcribe/failures.ts';
import { isAlive } from '../../support/is-alive.ts';
import { beepPcm } from '../../support/beeps.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { calmly, openTools, wavOf } from './recogniser-tools.ts';

type CommandSettings = Extract<RecogniserSettings, { kind: 'command' }>;

const piece = { pcm: beepPcm(6, []), sampleRate: 16_000 };

/** A recogniser that is this script, with the audio as $1 and the output as $2. */
async function recogniserOf(script: string, settings: Partial<CommandSettings> = {}) {
  const opened = await openTools();
  const path = join(opened.workDir, 'recogniser.sh');
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const recogniser = createRecogniser(
    {
      kind: 'command',
      program: path,
      args: ['{audio}', '{output}'],
      output: 'stdout',
      format: 'text',
      language: null,
      model: null,
      timeout_seconds: 60,
      ...settings,
    },
    opened.tools,
  );
  return { ...opened, recogniser };
}

test('the program gets a WAV, at a low priority, and leaves nothing behind', async () => {
  const { recogniser, workDir, programs } = await recogniserOf(
    'head -c 4 "$1"; sleep 0.3; nice; stat -c %s "$1"; echo later > junk',
  );
  const [text] = await recogniser.recognise(piece, calmly);
  expect(text?.text).toBe(`RIFF19 ${44 + piece.pcm.byteLength}`);
  expect(await readdir(workDir)).toEqual(['recogniser.sh']);
  expect(programs).toEqual([expect.any(Number), undefined]);
});

test.each([
  ['under the name it was given', '"$2"', 'srt'],
  ['with its extension added', '"$2".srt', 'srt'],
  ['in a folder of that name', '"$2"/audio.vtt', 'vtt'],
] as const)('text is read from a file %s', async (_, target, format) => {
  const cue =
    format === 'vtt'
      ? 'WEBVTT\\n\\n00:01.000 --> 00:02.000\\nhello'
      : '1\\n00:00:01,000 --> 00:00:02,000\\nhello';
  const make = target.includes('/') ? 'mkdir -p "$2";' : '';
  const { recogniser } = await recogniserOf(`${make} printf '${cue}\\n' > ${target}`, {
    output: 'file',
    format,
  });
  expect(await recogniser.recognise(piece, calmly)).toEqual([
    { text: 'hello', start_ms: 1000, end_ms: 2000, words: null, speaker: null },
  ]);
});

test('arguments never reach a shell, and what has no value is left out with its option', () => {
  const values = { audio: '/tmp/$(reboot); a.wav', output: '/tmp/$&', language: null, model: 'm' };
  const args = [
    '-l',
    '{language}',
    '-m',
    '{model}',
    '--lang={language}',
    '-f',
    '{audio}',
    '{output}.{model}',
    '-v',
  ];
  expect(fillArguments(args, values)).toEqual(['-m', 'm', '-f', '/tmp/$(reboot); a.wav', '/tmp/$&.m', '-v']);
});

test.each(RECOGNISER_PRESETS.map((preset) => [preset.id, preset] as const))(
  'the template %s can be used',
  (_, { settings }) => {
    if (settings.kind !== 'command') return;
    const args = fillArguments(settings.args, { ...settings, audio: '/a.wav', output: '/o' });
    expect(args).toContain('/a.wav');
    expect(args.join(' ')).not.toMatch(/[{}]|(^| )null( |$)/);
    expect(settings.output === 'file').toBe(args.includes('/o'));
  },
);

test('progress is heard where a program tells it', async () => {
  const noted = join(await temporaryFolder(), 'noted');
  const { recogniser } = await recogniserOf(
    'echo "whisper_print_progress_callback: progress =  35%" >&2; ' +
      `while [ ! -e ${noted} ]; do sleep 0.01; done; echo " 80%|###" >&2`,
  );
  const heard: number[] = [];
  const onProgress = (fraction: number): void => {
    heard.push(fraction);
    writeFileSync(noted, '');
  };
  await recogniser.recognise(piece, { ...calmly, onProgress });
  expect(heard).toEqual([0.35, 0.8]);
});

test.each([
  [
    'is not there',
    '',
    { program: '/nowhere/whisper-cli' },
    'RECOGNISER_UNAVAILABLE',
    /whisper-cli was not found/,
    false,
  ],
  [
    'crashes',
    'echo "loading" >&2; echo "error: failed to open /home/me/models/tiny.bin" >&2; exit 3',
    {},
    'RECOGNISER_FAILED',
    /ended with exit code 3, saying: error: failed to open \.\.\.\/tiny\.bin$/,
    true,
  ],
  ['is killed', 'kill -SEGV $$', {}, 'RECOGNISER_FAILED', /ended with signal SIGSEGV, saying nothing/, true],
  ['prints garbage', 'head -c 100000 /dev/urandom', {}, 'RECOGNISER_FAILED', /Expected text in UTF-8/, true],
  ['prints zeros', 'head -c 100000 /dev/zero', {}, 'RECOGNISER_FAILED', /Expected text, got/, true],
  [
    'prints something else',
    'echo usage: recogniser',
    { format: 'whisper' as const },
    'RECOGNISER_FAILED',
    /Expected JSON, got "usage: recogniser"/,
    true,
  ],
  [
    'prints 1 GB',
    'head -c 1000000000 /dev/zero',
    {},
    'RECOGNISER_FAILED',
    /printed more than 16777216 bytes/,
    true,
  ],
  [
    'writes 1 GB',
    'truncate -s 1G "$2"',
    { output: 'file' as const },
    'RECOGNISER_FAILED',
    /wrote 1073741824 bytes/,
    true,
  ],
  [
    'complains of 1 GB',
    'head -c 1000000000 /dev/zero >&2; exit 1',
    {},
    'RECOGNISER_FAILED',
    /exit code 1/,
    true,
  ],
  [
    'writes nothing',
    'true',
    { output: 'file' as const },
    'RECOGNISER_FAILED',
    /wrote no file\. Expected it at \{output\}, there with \.txt/,
    true,
  ],
  [
    'says what is wrong and ends well',
    'echo "error: unknown argument: -x" >&2; echo usage >&2; exit 0',
    { output: 'file' as const },
    'RECOGNISER_FAILED',
    /wrote no text, saying: error: unknown argument/,
    true,
  ],
  [
    'hangs',
    'sleep 600 & sleep 600',
    { timeout_seconds: 0.3 },
    'RECOGNISER_FAILED',
    /did not end within 0\.3 s, and was stopped/,
    true,
  ],
])('a program that %s is told for what it did', async (_, script, settings, code, message, again) => {
  const { recogniser, workDir } = await recogniserOf(script, settings);
  const error: unknown = await recogniser.recognise(piece, calmly).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  expect(retryOf(error).again).toBe(again);
  expect(await readdir(workDir)).toEqual(['recogniser.sh']);
});

test('cancelled, a program is gone with all that it started', async () => {
  const { recogniser, workDir } = await recogniserOf(
    'sleep 600 & echo $! > ../child; echo ready >&2; echo $$ > ../leader; wait',
  );
  const cancelling = new AbortController();
  const asked = recogniser.recognise(piece, { ...calmly, signal: cancelling.signal });
  const [leader, child] = [await pidIn(join(workDir, 'leader')), await pidIn(join(workDir, 'child'))];
  expect(isAlive(leader)).toBe(true);
  cancelling.abort(new Error('never mind'));
  await expect(asked).rejects.toThrow('never mind');
  await until(() => !isAlive(leader) && !isAlive(child));
});

test('a program that ends but leaves others behind is over with them', async () => {
  const { recogniser, workDir } = await recogniserOf('sleep 600 & echo $! > ../child; echo hello');
  expect((await recogniser.recognise(piece, calmly))[0]?.text).toBe('hello');
  const child = await pidIn(join(workDir, 'child'));
  await until(() => !isAlive(child));
});

test("a diarizer's RTTM says who spoke when, and anything else is told for what it is", async () => {
  const { workDir, tools } = await openTools();
  const path = join(workDir, 'diarizer.sh');
  const diarizer = createDiarizer(
    {
      kind: 'command',
      program: path,
      args: ['{audio}', '{output}'],
      output: 'file',
      model: null,
      timeout_seconds: 60,
    },
    tools,
  );
  await writeFile(path, '#!/bin/sh\necho "SPEAKER $(basename "$1") 1 0.5 2 <NA> <NA> A <NA>" > "$2".rttm\n', {
    mode: 0o755,
  });
  expect(await diarizer?.diarize('/tmp/x.wav', calmly.signal)).toEqual([
    { speaker: 'A', start_ms: 500, end_ms: 2500 },
  ]);
  await writeFile(path, '#!/bin/sh\necho hello > "$2"\n', { mode: 0o755 });
  await expect(diarizer?.diarize('/tmp/x.wav', calmly.signal)).rejects.toThrow(
    /The answer of diarizer\.sh could not be understood\. Expected RTTM lines such as .* got "hello"/,
  );
});

test('a program that can open no path that is not ASCII works in a folder of any name', async () => {
  const workDir = join(await temporaryFolder(), 'Антон', '録音');
  await mkdir(workDir, { recursive: true });
  // The model is where the user says, and given as it was.
  const program = join(await temporaryFolder(), 'recogniser.sh');
  await writeFile(
    program,
    `#!/bin/sh
for a in "$1" "$2"; do
  if printf '%s' "$a" | LC_ALL=C grep -q '[^ -~]'; then echo "error: failed to open '$a'" >&2; exit 1; fi
done
[ "$(head -c 4 "$1")" = RIFF ] || exit 1
echo "SPEAKER a 1 0.5 2 <NA> <NA> A <NA>" > "$2"
[ -n "$3" ] && echo "$3" > "$2"
exit 0
`,
    { mode: 0o755 },
  );
  const { tools } = await openTools({ workDir });
  const settings = { kind: 'command', program, output: 'file', timeout_seconds: 60 } as const;
  const recogniser = createRecogniser(
    {
      ...{ ...settings, args: ['{audio}', '{output}', '{model}'], model: '/модели/малая.bin' },
      ...{ format: 'text', language: null },
    },
    tools,
  );
  expect((await recogniser.recognise(piece, calmly))[0]?.text).toBe('/модели/малая.bin');
  const wav = join(workDir, 'user.wav');
  await writeFile(wav, wavOf(piece));
  const diarizer = createDiarizer({ ...settings, args: ['{audio}', '{output}'], model: null }, tools);
  expect(await diarizer?.diarize(wav, calmly.signal)).toEqual([
    { speaker: 'A', start_ms: 500, end_ms: 2500 },
  ]);
  expect(await readdir(workDir)).toEqual(['user.wav']);
});

async function pidIn(path: string): Promise<number> {
  await until(() => existsSync(path));
  let text = '';
  while (!text.endsWith('\n')) text = await readFile(path, 'utf8');
  return Number(text);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
