/** A status line during long work, removed when it is done. A log or a pipe gets none. */
export interface TerminalStatus {
  show(words: string): void;
  clear(): void;
}

/** Back to the line's beginning, then erase to its end (ECMA-48: EL). */
const ERASE_LINE = '\r\u001B[K';

export function createTerminalStatus(
  terminal: Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean },
): TerminalStatus {
  let shown = false;
  return {
    show(words) {
      if (terminal.isTTY !== true) return;
      terminal.write(ERASE_LINE + words);
      shown = true;
    },
    clear() {
      if (shown) terminal.write(ERASE_LINE);
      shown = false;
    },
  };
}
