import { globSync } from 'node:fs';
import { programs, type Requirement } from '../setup/requirements.ts';

const PROMPTS = '/usr/share/asterisk/sounds';

/** People who speak, and where a Debian package puts what they said. */
export interface Corpus {
  readonly name: string;
  readonly debianPackage: string;
  readonly files: string;
  /** The rooms ring on in them, or are noisy: when a voice ends in them depends on how loud one takes it to be. */
  readonly isUnclear?: true;
  /** Not speech, or not only. */
  readonly except?: RegExp;
}

// Signals, screeching monkeys, silence and the alphabet lie among the announcements.
const NOT_ANNOUNCEMENTS = /beep|tone|\/tt-|\/silence|\/letters|\/phonetic|\/digits/;

const prompts = (language: string, folder: string): Corpus => ({
  name: `announcements, ${folder}`,
  debianPackage: `asterisk-core-sounds-${language}-g722`,
  files: `${PROMPTS}/${language}_*/**/*.g722`,
  except: NOT_ANNOUNCEMENTS,
});

export const CORPORA: readonly Corpus[] = [
  prompts('en', 'English, a woman'),
  prompts('es', 'Spanish, a woman'),
  prompts('fr', 'French, a woman'),
  prompts('it', 'Italian, a man'),
  prompts('ru', 'Russian, a woman'),
  {
    name: 'acted dialogue, Czech, a man',
    debianPackage: 'fillets-ng-data-cs',
    files: '/usr/share/games/fillets-ng/sound/*/cs/*-v-*.ogg',
    isUnclear: true,
  },
  {
    name: 'acted dialogue, Czech, a woman',
    debianPackage: 'fillets-ng-data-cs',
    files: '/usr/share/games/fillets-ng/sound/*/cs/*-m-*.ogg',
    isUnclear: true,
  },
  {
    name: 'a book read aloud and home microphones, English',
    debianPackage: 'pocketsphinx-testdata',
    files: '/usr/share/pocketsphinx/test/data/**/*.{wav,raw}',
    isUnclear: true,
  },
];

export const MUSIC = {
  debianPackage: 'asterisk-moh-opsound-g722',
  files: '/usr/share/asterisk/moh/*.g722',
} as const;

export const filesOf = ({ files, except }: Pick<Corpus, 'files' | 'except'>): string[] =>
  globSync(files)
    .filter((path) => except?.test(path) !== true)
    .toSorted();

const recordings = (corpus: Pick<Corpus, 'debianPackage' | 'files'>, what: string): Requirement => ({
  debianPackage: corpus.debianPackage,
  what,
  present: () => globSync(corpus.files).length > 0,
});

export const VOICE_REQUIREMENTS: readonly Requirement[] = [
  programs('ffmpeg', 'ffmpeg'),
  recordings(MUSIC, 'music on hold'),
  ...CORPORA.map((corpus) => recordings(corpus, corpus.name)),
];
