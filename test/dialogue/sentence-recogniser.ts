import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecogniserSettings } from '../../src-main/contract/processing.ts';

/**
 * PocketSphinx as the app's recogniser. Its model of English does not understand synthetic voices word by word, so it is
 * given sentences to tell apart, any of which may break off after any word.
 */
export async function sentenceRecogniser(
  folder: string,
  sentences: readonly string[],
): Promise<RecogniserSettings> {
  const model = join(folder, 'sentences.gram');
  await writeFile(model, grammarOf(sentences));
  return {
    kind: 'command',
    program: 'pocketsphinx_continuous',
    args: ['-infile', '{audio}', '-jsgf', '{model}', '-logfn', '/dev/null'],
    output: 'stdout',
    format: 'text',
    language: null,
    model,
    timeout_seconds: 60,
  };
}

/** JSpeech Grammar Format: `[ ]` may be left out. */
function grammarOf(sentences: readonly string[]): string {
  const breakable = (words: readonly string[]): string => {
    const [first = '', ...rest] = words;
    return rest.length === 0 ? first : `${first} [ ${breakable(rest)} ]`;
  };
  const alternatives = sentences.map((sentence) => `( ${breakable(sentence.split(' '))} )`);
  return `#JSGF V1.0;\ngrammar sentences;\npublic <sentence> = ${alternatives.join('\n  | ')};\n`;
}
