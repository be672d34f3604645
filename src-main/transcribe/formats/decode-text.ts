import { LecternError } from '../../contract/errors.ts';
import { detectLegacyEncoding } from './detect-encoding.ts';
import { invalidTranscript, UNREADABLE } from './timed-text.ts';

/** Decoded text with its original encoding, named as in WHATWG's Encoding Standard. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: string;
}

/** This many code units are checked for a zero in every other byte. */
const SAMPLE_UNITS = 4096;

/**
 * Decodes bytes to text, never with replacement characters. UTF-8 where the bytes are valid; UTF-16 by its byte order
 * mark, or where every other byte is zero; otherwise the legacy encoding that fits the letters best. A byte order mark
 * is removed. Throws INVALID_TRANSCRIPT where no encoding fits, INVALID_INPUT for an unknown one.
 * @param wanted the encoding, where the user gave one.
 */
export function decodeText(bytes: Uint8Array, wanted?: string): DecodedText {
  if (wanted !== undefined) return decodedAs(bytes, decoderFor(wanted));
  const marked = encodingOfMark(bytes) ?? encodingOfZeros(bytes);
  if (marked !== undefined) return decodedAs(bytes, decoderFor(marked));
  // Its escape sequences are ASCII, so that it is valid UTF-8 as well.
  if (hasJapaneseShift(bytes)) return decodedAs(bytes, decoderFor('iso-2022-jp'));
  const text = strictly(bytes, 'utf-8');
  if (text !== undefined) return { text, encoding: 'utf-8' };
  const damaged = damagedUtf8(bytes);
  if (damaged !== undefined) return { text: damaged, encoding: 'utf-8' };
  const encoding = bytes.includes(0) ? undefined : detectLegacyEncoding(bytes);
  if (encoding === undefined)
    throw invalidTranscript(
      'text in UTF-8, UTF-16 or an encoding that can be told from its letters',
      `${bytes.byteLength} bytes that are none of these. Save the text as UTF-8, or say which encoding it has`,
    );
  return decodedAs(bytes, decoderFor(encoding));
}

type Decoder = InstanceType<typeof TextDecoder>;

function decodedAs(bytes: Uint8Array, decoder: Decoder): DecodedText {
  try {
    return { text: decoder.decode(bytes), encoding: decoder.encoding };
  } catch (error) {
    throw invalidTranscript(`text in ${decoder.encoding}`, `${bytes.byteLength} bytes that are not`, error);
  }
}

function decoderFor(label: string): Decoder {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch (cause) {
    throw new LecternError(
      'INVALID_INPUT',
      `Expected an encoding such as utf-8, windows-1252 or shift_jis, got ${JSON.stringify(label.slice(0, 40))}`,
      { cause },
    );
  }
}

function strictly(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * UTF-8 with few broken characters, which become UNREADABLE; undefined for bytes that are mostly invalid. No legacy
 * encoding looks like this by chance.
 */
function damagedUtf8(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder('utf-8').decode(bytes);
  const broken = text.match(/\ufffd+/g)?.length ?? 0;
  const whole = text.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0;
  return whole >= 5 * broken ? text.replace(/\ufffd+/g, UNREADABLE) : undefined;
}

function encodingOfMark(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  if ((isLittle && third === 0 && fourth === 0) || (first === 0 && second === 0 && third === 0xfe))
    throw invalidTranscript('text in UTF-8 or UTF-16', 'UTF-32. Save the text as UTF-8');
  if (isLittle) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

/** UTF-16 without a mark: one half of times, numbers and spaces is zero, always the same half. */
function encodingOfZeros(bytes: Uint8Array): string | undefined {
  if (bytes.byteLength < 4) return undefined;
  const units = Math.min(bytes.byteLength >> 1, SAMPLE_UNITS);
  let big = 0;
  let little = 0;
  for (let index = 0; index < units * 2; index += 2) {
    if (bytes[index] === 0) big++;
    if (bytes[index + 1] === 0) little++;
  }
  const isMany = (count: number): boolean => count > units / 5;
  if (isMany(little) && big === 0) return 'utf-16le';
  return isMany(big) && little === 0 ? 'utf-16be' : undefined;
}

/** ESC $ B, ESC $ @ and ESC ( J of ISO-2022-JP. */
function hasJapaneseShift(bytes: Uint8Array): boolean {
  for (let index = bytes.indexOf(0x1b); index !== -1; index = bytes.indexOf(0x1b, index + 1)) {
    const shift = String.fromCharCode(bytes[index + 1] ?? 0, bytes[index + 2] ?? 0);
    if (shift === '$B' || shift === '$@') return bytes.every((byte) => byte < 0x80);
  }
  return false;
}
