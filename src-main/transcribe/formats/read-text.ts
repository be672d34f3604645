import { decodeText } from './decode-text.ts';
import { invalidTranscript, UNREADABLE } from './timed-text.ts';

/** Text out of bytes of any encoding; a byte order mark at its beginning is left out. Throws INVALID_TRANSCRIPT. */
export function readText(input: string | Uint8Array): string {
  return typeof input === 'string' ? input.replace(/^\ufeff/, '') : decodeText(input).text;
}

/** Its lines. `\r\r\n`, which a file has that was converted twice, is one end of a line. */
export function linesOf(text: string): string[] {
  return text.split(/\r+\n|\r|\n/);
}

/** One line without control characters, which search and terminals would take for something else. */
export function cleanText(text: string): string {
  if (text.includes(UNREADABLE)) throw invalidTranscript('text', 'bytes that are no characters');
  return text.replace(CONTROL_OR_SPACE, ' ').trim();
}

// Zero-width marks of direction are kept: they are part of how a line reads.
const CONTROL_OR_SPACE = /[\p{Cc}\s]+/gu;

/** What is meant by `&amp;` and the other names that WebVTT has. */
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
  // Half of a character is none, and storing it would change it.
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : entity;
}
