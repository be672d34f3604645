import { invalidTranscript } from './timed-text.ts';

/** Text out of bytes; a mark of the byte order at its beginning is left out. Throws INVALID_TRANSCRIPT. */
export function readText(input: string | Uint8Array): string {
  if (typeof input === 'string') return input.replace(/^\ufeff/, '');
  const [first, second] = input;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw invalidTranscript('text in UTF-8', 'UTF-16');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(input);
  } catch (error) {
    throw invalidTranscript('text in UTF-8', `${input.byteLength} bytes that are not`, error);
  }
}

/** One line without control characters, which search and terminals would take for something else. */
export function cleanText(text: string): string {
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
  return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
}
