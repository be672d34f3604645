import { z } from 'zod';
import type { ServerNote } from './server-note.ts';

const windowSchema = z.object({ opened: z.boolean(), url: z.url() });

export interface ShowRunningOptions {
  /** Opens a page in a window from this launch; false where there is no browser or no display. */
  readonly openHere: (url: string) => boolean;
  /** Tells the user, in one line. */
  readonly say: (line: string) => void;
}

/** Shows a running Lectern on the screen: it opens its window itself where it can, else this launch opens one. */
export async function showRunning(
  { url, token }: ServerNote,
  { openHere, say }: ShowRunningOptions,
): Promise<void> {
  const address = `${url}?token=${token}`;
  const response = await fetch(new URL('/api/window', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  const window = windowSchema.parse(await response.json());
  if (window.opened || openHere(window.url))
    say(`Lectern is already running; its window is open again, at ${address}`);
  else say(`Lectern is already running. Open ${address}`);
}
