/**
 * `{`, `"` and the first keys of messages from Lectern and similar services: more bits than samples match by accident.
 */
const MESSAGE_BEGINS = /^\{\s*"(?:action|event|type)"\s*:/;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const QUOTE = 0x22;
/** Bytes looked through for the brace; nobody indents a message by more. */
const MAX_INDENT_BYTES = 64;

/**
 * The text of a binary frame that is a JSON message and not audio: an object with at least one key that fills the
 * frame, apart from white space and a closing NUL; or broken JSON that begins like a message.
 */
export function readJsonFrame(bytes: Uint8Array): string | undefined {
  let start = 0;
  while (start < MAX_INDENT_BYTES && isBlank(bytes[start])) start++;
  if (bytes[start] !== OPENING_BRACE) return undefined;
  let quote = start + 1;
  while (quote < start + MAX_INDENT_BYTES && isBlank(bytes[quote])) quote++;
  if (bytes[quote] !== QUOTE) return undefined;
  let end = bytes.length;
  while (isBlank(bytes[end - 1]) || bytes[end - 1] === 0) end--;
  const head = latin1(bytes.subarray(start, Math.min(end, start + 2 * MAX_INDENT_BYTES)));
  const begins = MESSAGE_BEGINS.test(head);
  if (!begins && bytes[end - 1] !== CLOSING_BRACE) return undefined;
  const text = utf8(bytes.subarray(start, end));
  return text !== undefined && isJson(text) ? text : begins ? (text ?? head) : undefined;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/**
 * Strict UTF-8; undefined for anything else. Decoded as a URI, as this folder may use neither Node's nor the browser's
 * decoder.
 */
function utf8(bytes: Uint8Array): string | undefined {
  const escaped = Array.from(bytes, (byte) =>
    byte > 0x7f || byte === 0x25 ? `%${byte.toString(16)}` : String.fromCharCode(byte),
  );
  try {
    return decodeURIComponent(escaped.join(''));
  } catch {
    return undefined;
  }
}
