import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { missingRequirements, TEST_REQUIREMENTS, type Requirement } from './requirements.ts';

/** Installs what is required and the machine lacks, where it may. Returns what is still missing. */
export function installRequirements(required = TEST_REQUIREMENTS): readonly Requirement[] {
  const missing = missingRequirements(required);
  if (missing.length === 0) return [];
  const packages = missing.map(({ debianPackage }) => debianPackage);
  const asRoot = waysToBeRoot().find(canRun);
  if (!existsSync('/usr/bin/apt-get') || asRoot === undefined) return missing;

  console.log(`Installing ${packages.join(', ')} with apt`);
  const [program, ...before] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  const apt = (...args: string[]) =>
    spawnSync(program, [...before, '-q', ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...packages);
  return missingRequirements(required);
}

export function explainMissing(missing: readonly Requirement[]): string {
  return [
    'The tests need real programs, and these are missing:',
    ...missing.map(({ what, debianPackage }) => `  ${what} (Debian and Ubuntu: ${debianPackage})`),
    'They could not be installed from here: that takes Debian or Ubuntu, and root or sudo without a password.',
    `On Debian or Ubuntu:  sudo apt-get install ${missing.map(({ debianPackage }) => debianPackage).join(' ')}`,
    'Where apt brings no working chromium, install Google Chrome, or name a browser in LECTERN_CHROMIUM.',
    'On macOS and Windows, run the tests in a Debian container: they play and record through PulseAudio.',
  ].join('\n');
}

function waysToBeRoot(): string[][] {
  return process.getuid?.() === 0 ? [[]] : [['sudo', '-n']];
}

function canRun(prefix: readonly string[]): boolean {
  const [program, ...args] = [...prefix, 'true'];
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
