/** A word about what takes a while, gone once it is done. A log or a pipe gets none of it. */
export interface TerminalStatus {
  show(words: string): void;
  clear(): void;
}

/** Back to the line's beginning, and everything behind it erased (ECMA-48: EL). */
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
