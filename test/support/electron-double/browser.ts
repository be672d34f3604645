import { startChromium, type Chromium } from './chromium.ts';
import { serveContent, toChromiumUrl, type ProtocolHandler } from './content-origin.ts';
import { readOptions, userDataDir } from './options.ts';

const handlers = new Map<string, ProtocolHandler>();
const privilegedSchemes = new Set<string>();
let chromium: Chromium | undefined;

/** Electron's `protocol`. */
export const protocol = {
  registerSchemesAsPrivileged: (
    schemes: readonly { scheme: string; privileges?: Record<string, boolean> }[],
  ) => {
    if (chromium !== undefined)
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme, privileges } of schemes) {
      if (privileges?.['standard'] && privileges['secure']) privilegedSchemes.add(scheme);
    }
  },
  handle: (scheme: string, handler: ProtocolHandler) => {
    handlers.set(scheme, handler);
  },
};

export function contentUrl(url: string): string {
  return toChromiumUrl(url, (scheme) => privilegedSchemes.has(scheme));
}

export async function startBrowser(): Promise<Chromium> {
  const options = readOptions();
  const { port } = await serveContent((scheme) => handlers.get(scheme));
  chromium = await startChromium({
    executablePath: options.chromiumPath,
    userDataDir: userDataDir(),
    contentPort: port,
    extraArgs: options.chromiumArgs,
  });
  return chromium;
}

export function runningChromium(): Chromium {
  if (chromium === undefined) throw new Error('Cannot create BrowserWindow before app is ready');
  return chromium;
}

export async function endBrowser(): Promise<void> {
  await chromium?.end();
}
