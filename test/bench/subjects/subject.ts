import type { Message } from '../messages.ts';
import type { Scenario } from '../scenario.ts';

/** A recorder that is being measured, already recording. */
export interface Subject {
  /** Takes one message; resolves when the next is welcome. */
  receive(message: Message): Promise<void>;
  /** Resolves once everything received is in the file, where there is one. */
  written(): Promise<void>;
  /** Seconds of audio that a live encoder has finished with; Infinity where there is none to wait for. */
  encodedSeconds(): Promise<number>;
  /** Resolves with the path of the finished, durable file. */
  stop(): Promise<string>;
  close(): Promise<void>;
}

export type OpenSubject = (scenario: Scenario, folder: string) => Promise<Subject>;
