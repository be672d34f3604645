import { decodeText } from './decode-text.ts';
import { invalidTranscript, UNREADABLE } from './timed-text.ts';

/** Decodes bytes of any encoding; removes a byte order mark. Throws INVALID_TRANSCRIPT. */
export function readText(input: string | Uint8Array): string {
  return typeof input === 'string' ? input.replace(/^\ufeff/, '') : decodeText(input).text;
}

/**
 * The lines of a text. `\r\r
 * `, from a file that was converted twice, is one line break.
 */
export function linesOf(text: string): string[] {
  return text.split(/\r+\n|\r|\n/);
}

/** One line without control characters, which search and terminals would interpret. */
export function cleanText(text: string): string {
  if (text.includes(UNREADABLE)) throw invalidTranscript('text', 'bytes that are no characters');
  return text.replace(CONTROL_OR_SPACE, ' ').trim();
}

// Zero-width marks of direction are kept: they are part of how a line reads.
const CONTROL_OR_SPACE = /[\p{Cc}\s]+/gu;

/** Replaces `&amp;` and the other named characters of WebVTT. */
export function withoutEntities(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|apos|nbsp|lrm|rlm|#\d{1,7}|#x[0-9a-f]{1,6});/gi,
    (entity, name: string) => decodeEntity(name.toLowerCase(), entity),
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  lrm: '\u200e',
  rlm: '\u200f',
};

function decodeEntity(name: string, entity: string): string {
  if (!name.startsWith('#')) return ENTITIES[name] ?? entity;
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  // Half of a character is not a valid one, and storing would change it.
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : entity;
}
