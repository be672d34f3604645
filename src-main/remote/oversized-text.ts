import { Buffer } from 'node:buffer';
import { TEXT_ENDS_BYTES } from './message-limit.ts';

/** A text that was too long, without its middle: what is left of a chunk still says its number. */
export interface OversizedText {
  /** Takes what was handed on before the text turned out to be too long. */
  begin(bytes: Buffer): void;
  /** Takes its end, and returns both together. */
  end(bytes: Buffer): string;
}

export function createOversizedText(): OversizedText {
  let head: Buffer = Buffer.alloc(0);
  let handedOn: Buffer = Buffer.alloc(0);
  return {
    begin(bytes) {
      // Copies: the whole of it, which may be megabytes, is not kept.
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
