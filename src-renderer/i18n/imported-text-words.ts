import type { ImportedText } from '../../src-main/contract/transcript.ts';
import { t } from './i18n.ts';

/** What is to be said of a file whose text was imported, beside how many lines it had. */
export function importedTextWords(said: ImportedText | null): string[] {
  if (said === null) return [];
  const { skipped, outside_audio, encoding } = said;
  return [
    ...(skipped === undefined ? [] : [t('conversation.importSkipped', { count: skipped })]),
    ...(outside_audio === undefined ? [] : [t('conversation.importOutside', { count: outside_audio })]),
    ...(encoding === undefined ? [] : [t('conversation.importEncoding', { encoding })]),
  ];
}
