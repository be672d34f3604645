import { screen, type BrowserWindow, type Rectangle } from 'electron';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Log } from '../runtime/log.ts';

export const MINIMUM_WIDTH = 420;
export const MINIMUM_HEIGHT = 520;

const boundsSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(MINIMUM_WIDTH),
  height: z.int().min(MINIMUM_HEIGHT),
});

const DEFAULT_SIZE = { width: 960, height: 720 };

/** Where the window was when it was last closed, unless that display is gone. */
export function readBounds(path: string): Partial<Rectangle> {
  try {
    const bounds = boundsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return isOnADisplay(bounds) ? bounds : { width: bounds.width, height: bounds.height };
  } catch {
    return DEFAULT_SIZE;
  }
}

export function rememberBounds(window: BrowserWindow, path: string, log: Log): void {
  window.on('close', () => {
    try {
      writeFileSync(path, JSON.stringify(window.getNormalBounds()), { mode: 0o600 });
    } catch (error) {
      log('warn', 'window bounds not saved', { error: String(error) });
    }
  });
}

function isOnADisplay(bounds: Rectangle): boolean {
  const { workArea } = screen.getDisplayMatching(bounds);
  const overlapX =
    Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x);
  const overlapY =
    Math.min(bounds.y + bounds.height, workArea.y + workArea.height) - Math.max(bounds.y, workArea.y);
  return overlapX > 100 && overlapY > 100;
}
