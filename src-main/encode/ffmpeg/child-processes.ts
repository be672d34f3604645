import { startProgram, type RunningProgram } from '../../runtime/start-program.ts';

/** Every child process of an encoder, so that none outlives it. */
export interface ChildProcesses {
  start(path: string, args: readonly string[]): RunningProgram;
  /** How many run now. */
  readonly running: number;
  /** Kills all children and waits until they are gone. None can be started afterwards. */
  close(): Promise<void>;
}

export function createChildProcesses(): ChildProcesses {
  const live = new Set<RunningProgram>();
  let closed = false;
  return {
    start(path, args) {
      if (closed) throw new Error('The encoder was closed');
      const running = startProgram(path, args);
      live.add(running);
      void running.ended.then(() => live.delete(running));
      return running;
    },
    async close() {
      closed = true;
      const ending = [...live];
      for (const running of ending) running.kill();
      await Promise.all(ending.map((running) => running.ended));
    },
    get running() {
      return live.size;
    },
  };
}
