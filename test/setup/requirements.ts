import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findChromium } from '../support/chromium.ts';

/** A program, or files, that the tests need and npm cannot bring. */
export interface Requirement {
  /** Its package in Debian and Ubuntu. */
  readonly debianPackage: string;
  readonly what: string;
  readonly present: () => boolean;
}

const onPath = (program: string) =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

// Ubuntu's chromium is a stand-in that asks for a snap: being there is not enough, it has to start.
const chromiumStarts = () => {
  try {
    return spawnSync(findChromium(), ['--version'], { stdio: 'ignore' }).status === 0;
  } catch {
    return false;
  }
};

export const programs = (debianPackage: string, ...names: string[]): Requirement => ({
  debianPackage,
  what: names.join(', '),
  present: () => names.every(onPath),
});

/** What `npm test` needs. */
export const TEST_REQUIREMENTS: readonly Requirement[] = [
  { debianPackage: 'chromium', what: 'chromium, google-chrome or microsoft-edge', present: chromiumStarts },
  programs('pulseaudio', 'pulseaudio'),
  programs('pulseaudio-utils', 'pactl', 'pacat', 'parec'),
  programs('ffmpeg', 'ffmpeg', 'ffprobe'),
  programs('sox', 'sox', 'soxi'),
  programs('espeak-ng', 'espeak-ng'),
  programs('pocketsphinx', 'pocketsphinx_continuous'),
  {
    debianPackage: 'pocketsphinx-en-us',
    what: "PocketSphinx's model of English",
    present: () => existsSync('/usr/share/pocketsphinx/model/en-us/en-us/mdef'),
  },
  programs('xvfb', 'Xvfb'),
  // Without a window manager no window is ever minimised.
  programs('openbox', 'openbox'),
  programs('xdotool', 'xdotool'),
  programs('python3', 'python3'),
  // A system bus of the tests' own, with a logind on it that tells of sleep, and what puts sleep off.
  programs('dbus', 'dbus-daemon'),
  programs('systemd', 'systemd-inhibit'),
  {
    debianPackage: 'python3-dbusmock',
    what: 'python-dbusmock',
    present: () => spawnSync('/usr/bin/python3', ['-c', 'import dbusmock'], { stdio: 'ignore' }).status === 0,
  },
  // For the shim that stands between the engine and its disk in test/torture.
  programs('gcc', 'cc'),
  // For the Electron of the desktop tests, and better-sqlite3's library for it.
  programs('unzip', 'unzip'),
  programs('g++', 'c++'),
  programs('make', 'make'),
  {
    debianPackage: 'libc6-dev',
    what: "the C library's headers",
    present: () => process.platform !== 'linux' || existsSync('/usr/include/stdio.h'),
  },
  {
    debianPackage: 'fonts-dejavu-core',
    what: 'a font, for screenshots',
    present: () => globSync('/usr/{,local/}share/fonts/**/*.{ttf,otf}').length > 0,
  },
];

export const missingRequirements = (required = TEST_REQUIREMENTS): Requirement[] =>
  required.filter(({ present }) => !present());
