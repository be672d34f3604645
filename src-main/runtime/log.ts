/** Writes to the log. Never audio, transcripts, tokens or paths outside the recordings folder. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  details?: Record<string, unknown>,
) => void;
