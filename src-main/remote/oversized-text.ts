import { Buffer } from 'node:buffer';
import { TEXT_ENDS_BYTES } from './message-limit.ts';

/** A text that was too long, without its middle: the remains of a chunk still contain its number. */
export interface OversizedText {
  /** Takes the bytes that were passed on before the text turned out to be too long. */
  begin(bytes: Buffer): void;
  /** Takes the end, and returns both together. */
  end(bytes: Buffer): string;
}

export function createOversizedText(): OversizedText {
  let head: Buffer = Buffer.alloc(0);
  let handedOn: Buffer = Buffer.alloc(0);
  return {
    begin(bytes) {
      // Copied, as a view would keep all of it, which may be megabytes, in memory.
      head = Buffer.from(bytes.subarray(0, TEXT_ENDS_BYTES));
      handedOn = Buffer.from(bytes.subarray(TEXT_ENDS_BYTES).subarray(-TEXT_ENDS_BYTES));
    },
    end(bytes) {
      const last = Buffer.concat([handedOn, bytes]).subarray(-TEXT_ENDS_BYTES);
      const text = Buffer.concat([head, last]).toString('utf8');
      head = handedOn = Buffer.alloc(0);
      return text;
    },
  };
}
