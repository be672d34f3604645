import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { lectern, sessionsIn } from '../commands/run-command.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Words of the dialogue, and others that it might be mistaken for. */
const GRAMMAR = `#JSGF V1.0;
grammar words;
public <words> = (window | door | weather | city | budget | meeting | coffee | discuss | beautiful | please | open | close | today | the | and | is | in)+;
`;

/** 16 kHz mono speech of espeak-ng's clearest English voice, with a pause after each sentence. */
function speak(folder: string, sentences: readonly string[]): string {
  const files = sentences.map((sentence, index) => {
    const [spoken, path] = [join(folder, `spoken-${index}.wav`), join(folder, `speech-${index}.wav`)];
    execFileSync('espeak-ng', ['-v', 'en-us+klatt2', '-s', '130', '-w', spoken, sentence]);
    execFileSync('sox', [
      spoken,
      '-r',
      '16000',
      '-b',
      '16',
      '-c',
      '1',
      path,
      'vol',
      '0.7',
      'pad',
      '1',
      '1.5',
    ]);
    return path;
  });
  const path = join(folder, 'speech.wav');
  execFileSync('sox', [...files, path]);
  return path;
}

const answer = z.object({
  lines: z.array(z.object({ text: z.string().nullable(), turn_id: z.string().nullable() })),
});

test('speech is recorded and recognised from the command line, each sentence in its turn', async () => {
  const folder = await temporaryFolder();
  const dir = join(folder, 'data');
  const grammar = join(folder, 'words.gram');
  writeFileSync(grammar, GRAMMAR);
  const input = speak(folder, [
    'please open the window and close the door',
    'the weather is beautiful today in the city',
  ]);
  const recorded = await lectern(['record', '--dir', dir, '--out', folder, '--input', input, '--speed', '0']);
  expect(recorded.code, recorded.stderr).toBe(0);
  const [session] = await sessionsIn(dir);
  const recogniser = {
    kind: 'command',
    program: 'pocketsphinx_continuous',
    args: ['-infile', '{audio}', '-jsgf', '{model}', '-logfn', '/dev/null'],
    output: 'stdout',
    format: 'text',
    language: null,
    model: grammar,
    timeout_seconds: 100,
  };
  const args = [
    'transcribe',
    session?.id ?? '',
    '--dir',
    dir,
    '--recogniser',
    JSON.stringify(recogniser),
    '--wait',
    '--json',
  ];
  const { code, stdout, stderr } = await lectern(args);
  expect(code, stderr).toBe(0);
  const said = answer.parse(JSON.parse(stdout)).lines.filter(({ text }) => text !== null);
  expect(said.length).toBeGreaterThanOrEqual(2);
  expect(said.every(({ turn_id }) => turn_id !== null)).toBe(true);
  const all = said.map(({ text }) => text).join(' ');
  for (const keyword of ['window', 'door', 'weather', 'beautiful', 'today']) expect(all).toContain(keyword);
  expect(all.indexOf('window')).toBeLessThan(all.indexOf('weather'));
});
