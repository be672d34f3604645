import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../src-main/transcribe/formats/decode-text.ts';

/** The bytes of a text in an encoding for which Node has a decoder only: by what each byte, or pair of bytes, stands for. */
function encode(text: string, encoding: string): Buffer {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const known = new Map<string, number[]>();
  const learn = (bytes: number[]): void => {
    try {
      const character = decoder.decode(Uint8Array.from(bytes));
      if (Array.from(character).length === 1 && !known.has(character)) known.set(character, bytes);
    } catch {
      // No character.
    }
  };
  for (let first = 0; first < 256; first++) learn([first]);
  if (MULTI_BYTE.has(encoding))
    for (let first = 0x81; first < 0xff; first++)
      for (let second = 0x40; second < 0xff; second++) learn([first, second]);
  return Buffer.from(
    Array.from(text).flatMap((character) => {
      const bytes = known.get(character);
      if (bytes === undefined) throw new Error(`${character} is not in ${encoding}`);
      return bytes;
    }),
  );
}

const MULTI_BYTE = new Set(['shift_jis', 'euc-jp', 'gb18030', 'big5', 'euc-kr']);
const cue = (text: string): string => `1\r\n00:00:01,000 --> 00:00:02,000\r\n${text}\r\n`;

describe('text in an encoding of its own is read as what it is', () => {
  test.each([
    ['windows-1252', 'Merci, à bientôt'],
    ['windows-1252', 'é'],
    ['windows-1252', 'Grüße aus München, schöne Größe'],
    ['windows-1252', '¿Dónde está el niño?'],
    ['windows-1252', 'Não é difícil, coração'],
    ['windows-1252', 'Så är det på svenska'],
    ['windows-1252', '“I don’t know” – 50 €'],
    ['windows-1250', 'Dziękuję bardzo, do widzenia'],
    ['windows-1250', 'Příliš žluťoučký kůň'],
    ['windows-1250', 'Köszönöm szépen, őszinte'],
    ['windows-1251', 'Да'],
    ['windows-1251', 'Добрый день, коллеги. Начнём.'],
    ['windows-1251', 'Дякую за увагу, це українська'],
    ['koi8-u', 'Привет, как дела?'],
    ['ibm866', 'Привет, как дела?'],
    ['windows-1253', 'Καλημέρα, τι κάνεις'],
    ['windows-1254', "İstanbul'da güneş, teşekkür ederim, görüşürüz"],
    ['windows-1255', 'שלום, מה שלומך'],
    ['windows-1256', 'مرحبا، كيف حالك'],
    ['windows-874', 'สวัสดีครับ'],
    ['macintosh', 'Merci, à bientôt'],
    ['shift_jis', 'こんにちは'],
    ['shift_jis', '今日はZoom会議です'],
    ['euc-jp', '今日は会議です'],
    ['gb18030', '会议'],
    ['gb18030', '大家好，我们开始吧。'],
    ['big5', '今天開會討論預算'],
    ['euc-kr', '오늘 회의를 시작합니다'],
  ])('%s: %s', (encoding, text) => {
    expect(decodeText(encode(cue(text), encoding))).toEqual({ text: cue(text), encoding });
  });

  test('UTF-8 and UTF-16, with a mark and without', () => {
    const text = cue('Merci, à bientôt, 会議');
    const little = Buffer.from(text, 'utf16le');
    const big = Buffer.from(little).swap16();
    const mark = Buffer.from('\ufeff', 'utf16le');
    for (const [bytes, encoding] of [
      [Buffer.from(text), 'utf-8'],
      [Buffer.from(`\ufeff${text}`), 'utf-8'],
      [little, 'utf-16le'],
      [Buffer.concat([mark, little]), 'utf-16le'],
      [big, 'utf-16be'],
      [Buffer.concat([Buffer.from(mark).swap16(), big]), 'utf-16be'],
    ] as const)
      expect(decodeText(bytes)).toEqual({ text, encoding });
    const japanese = Buffer.concat([
      Buffer.from('\u001b$B'),
      Buffer.from([0x32, 0x71]),
      Buffer.from('\u001b(B'),
    ]);
    expect(decodeText(japanese)).toEqual({ text: '会', encoding: 'iso-2022-jp' });
  });

  test('or as what somebody says it is', () => {
    expect(decodeText(Buffer.from([0xe9]), 'koi8-r').text).toBe('И');
    expect(() => decodeText(Buffer.from([0xe9]), 'utf-8')).toThrow(/Expected text in utf-8, got 1 bytes/);
    expect(() => decodeText(Buffer.from('x'), 'ebcdic')).toThrow(
      /Expected an encoding such as .* got "ebcdic"/,
    );
  });
});

test('bytes that are no text in any encoding are refused, with what to do', () => {
  const noise = Buffer.from(Array.from({ length: 400 }, (_, index) => (index * 7919) % 256));
  for (const bytes of [noise, Buffer.from(cue('é'), 'utf16le').subarray(0, -1)])
    expect(() => decodeText(bytes)).toThrow(/Save the text as UTF-8|Expected text in/);
  expect(() => decodeText(Buffer.from([0xff, 0xfe, 0, 0, 0x31, 0, 0, 0]))).toThrow(/got UTF-32/);
});

test('one damaged place in UTF-8 does not make it another encoding', () => {
  const text = `${cue('élève déjà, là-bas où ç’est né')}?`;
  const bytes = Buffer.from(text);
  bytes[bytes.length - 1] = 0xc3;
  expect(decodeText(bytes)).toEqual({ text: `${text.slice(0, -1)}\uffff`, encoding: 'utf-8' });
});
