import { cutText } from '../../contract/cut-text.ts';
import { MAX_TITLE_CHARACTERS } from '../../contract/limits.ts';
import { audioExtension, isAudioName } from '../../repair/diagnose.ts';

/** What is made of the name that a file came with. No part of it that a client chose ever becomes a path. */
export interface IncomingName {
  /** To show and to offer for saving: without folders, control characters or what turns the writing round.
   * Joiners stay, without which Persian and many others are misspelt. */
  readonly shown: string;
  /** The same without its extension. */
  readonly stem: string;
  /** One of a fixed list, or empty; the content decides what a file is, this only helps where it does not say. */
  readonly extension: string;
}

/** Kinds that are read as they are, beside those that can be mended. */
const OTHER_EXTENSIONS = ['.flac', '.aac', '.aif', '.aiff', '.amr', '.caf', '.wma', '.avi', '.3gp', '.ac3'];

export function parseIncomingName(name: string): IncomingName {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const plain = cutText(
    base.replace(/(?![\u200c\u200d])\p{C}/gu, '').trim(),
    MAX_TITLE_CHARACTERS,
  ).toWellFormed();
  const shown = plain === '' ? 'audio' : plain;
  const known = isAudioName(shown) ? audioExtension(shown) : shown.toLowerCase().replace(/^.*(?=\.)/s, '');
  const extension = isAudioName(shown) || OTHER_EXTENSIONS.includes(known) ? known : '';
  const stem = shown.replace(/\.partial$/, '').replace(/\.[^.]*$/, '');
  return { shown, stem: stem === '' ? shown : stem, extension };
}
