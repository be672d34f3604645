import { build, needsBuild } from '../../src-main/launch/build.ts';
import { repository } from '../setup/steps.ts';
import { startXDisplay, type XDisplay } from '../support/x-display.ts';

/** Resolves once what electron-vite makes is there and up to date. */
export const built = needsBuild(repository).then((stale) => (stale ? build(repository) : undefined));

/** Chromium's sandbox wants a user. */
export const asRoot: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

let display: Promise<XDisplay> | undefined;

/** This process's variables with `own`, and on Linux with a screen of the tests' own, whatever the machine has. */
export async function environment(
  own: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const variables = { ...Object.fromEntries(inherited), ...own };
  if (process.platform !== 'linux') return variables;
  display ??= startXDisplay();
  return { ...variables, DISPLAY: (await display).name };
}
