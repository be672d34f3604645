import { readFileSync } from 'node:fs';

/** How many files and sockets this process may have open at once, where Linux says so; Node has raised it to its most. */
export function descriptorLimit(): number | undefined {
  try {
    const soft = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
