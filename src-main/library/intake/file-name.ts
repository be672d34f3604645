import { cutText } from '../../contract/cut-text.ts';
import { MAX_TITLE_CHARACTERS } from '../../contract/limits.ts';
import { audioExtension, isAudioName } from '../../repair/diagnose.ts';

/** A safe form of the name that a file came with. No part of it that a client chose ever becomes a path. */
export interface IncomingName {
  /**
   * For display and as the name for saving: without folders, control characters or marks that reverse the writing.
   * Joiners stay, as Persian and many other languages need them.
   */
  readonly shown: string;
  /** The same without its extension. */
  readonly stem: string;
  /**
   * One of a fixed list, or empty. The content decides the kind of file; this only helps where the content does not.
   */
  readonly extension: string;
}

/** Kinds that can be read but not repaired. */
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
