import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LecternError } from '../../../src-main/contract/errors.ts';
import { parsePlainText } from '../../../src-main/transcribe/formats/parse-plain-text.ts';
import { parseRttm } from '../../../src-main/transcribe/formats/parse-rttm.ts';
import { parseSrt } from '../../../src-main/transcribe/formats/parse-srt.ts';
import { parseVtt } from '../../../src-main/transcribe/formats/parse-vtt.ts';
import { parseJson as parseWhisper } from '../../../src-main/transcribe/formats/parse-json.ts';

const parsers = {
  srt: parseSrt,
  vtt: parseVtt,
  whisper: parseWhisper,
  text: parsePlainText,
  rttm: parseRttm,
};

const shape = (pieces: ReturnType<typeof parseSrt>) =>
  pieces.map(({ start_ms, end_ms, text, speaker }) => [start_ms, end_ms, speaker, text]);

describe('SRT', () => {
  test('reads what players and recognisers write', () => {
    const srt = [
      '\ufeff1\r\n00:00:01,000 --> 00:00:02,500\r\nHello <i>there</i>,\r\nyou.\r\n\r\n',
      '2\n00:00:03,000 --> 00:00:04,000 X1:40 X2:600\n{\\an8}[SPEAKER_01]: Who is it?\n\n\n',
      '00:01:05.25 --> 00:01:06,000\nA cue without a number\n\nand with an empty line.\n',
      '4\n01:00:00,000 --> 01:00:01,000\n2024\n\n',
    ].join('');
    expect(shape(parseSrt(srt))).toEqual([
      [1000, 2500, null, 'Hello there, you.'],
      [3000, 4000, 'SPEAKER_01', 'Who is it?'],
      [65_250, 66_000, null, 'A cue without a number and with an empty line.'],
      [3_600_000, 3_601_000, null, '2024'],
    ]);
  });

  test('puts overlapping and unsorted cues in order, and keeps them all', () => {
    const srt = '1\n00:00:02,000 --> 00:00:05,000\nb\n\n2\n00:00:01,000 --> 00:00:04,000\na\n';
    expect(shape(parseSrt(srt)).map(([, , , text]) => text)).toEqual(['a', 'b']);
  });
});

describe('WebVTT', () => {
  test('reads voices, entities and cues without hours, and leaves notes and styles out', () => {
    const vtt = `WEBVTT Kind: captions; Language: en

STYLE
::cue { color: red }

NOTE not said --> by anyone

intro
00:01.000 --> 00:02.500 align:start position:0%
<v.loud Ann>Fish &amp; <b>chips</b>&nbsp;&#8364;5</v><v Bob>No, <00:02.000>thanks</v>

01:00:03.000 --> 01:00:04.000
plain
`;
    expect(shape(parseVtt(vtt))).toEqual([
      [1000, 2500, 'Ann', 'Fish & chips €5'],
      [1000, 2500, 'Bob', 'No, thanks'],
      [3_603_000, 3_604_000, null, 'plain'],
    ]);
  });
});

describe("Whisper's JSON", () => {
  test('of the OpenAI program: words within segments', () => {
    const json = {
      text: ' Good morning.',
      language: 'en',
      segments: [
        {
          start: 0.1,
          end: 1.001,
          text: ' Good morning.',
          words: [
            { word: ' Good', start: 0.1, end: 0.4, probability: 0.9 },
            { word: ' morning.', start: 0.4, end: 1.001, probability: 0.9 },
          ],
        },
      ],
    };
    expect(parseWhisper(JSON.stringify(json))).toEqual([
      {
        text: 'Good morning.',
        start_ms: 100,
        end_ms: 1001,
        words: [
          { text: 'Good', start_ms: 100, end_ms: 400 },
          { text: 'morning.', start_ms: 400, end_ms: 1001 },
        ],
        speaker: null,
      },
    ]);
  });

  test('of the OpenAI API: words beside segments join theirs', () => {
    const word = (text: string, start: number) => ({ word: text, start, end: start + 0.5 });
    const json = {
      segments: [
        { start: 0, end: 1, text: ' One, two.' },
        { start: 1, end: 2, text: ' Three.' },
      ],
      words: [word('One', 0), word('two', 0.5), word('Three', 1.2)],
    };
    const [first, second] = parseWhisper(JSON.stringify(json));
    expect(first?.words?.map(({ text }) => text)).toEqual(['One', 'two']);
    expect(second?.words).toEqual([{ text: 'Three', start_ms: 1200, end_ms: 1700 }]);
  });

  test('without segments gives the whole text, its place unknown', () => {
    expect(parseWhisper('{"text":"  Hello\\nthere "}')).toEqual([
      { text: 'Hello there', start_ms: null, end_ms: null, words: null, speaker: null },
    ]);
  });

  const token = (text: string, from: number, to: number) => ({ text, offsets: { from, to } });
  const cpp = (text: string, tokens: object[]) => ({
    transcription: [{ timestamps: {}, offsets: { from: 0, to: 2000 }, text, tokens }],
  });

  test('of whisper.cpp: tokens make words', () => {
    const tokens = [
      token('[_BEG_]', 0, 0),
      token(' Good', 0, 300),
      token(' morn', 300, 500),
      token('ing', 500, 900),
      token(',', 900, 900),
      token(' all', 880, 1400),
      token('[_TT_100]', 2000, 2000),
    ];
    expect(parseWhisper(JSON.stringify(cpp(' Good morning, all', tokens)))[0]?.words).toEqual([
      { text: 'Good', start_ms: 0, end_ms: 300 },
      { text: 'morning,', start_ms: 300, end_ms: 900 },
      { text: 'all', start_ms: 880, end_ms: 1400 },
    ]);
  });

  test('of whisper.cpp with halves of characters in its tokens: the text is whole, and so are the words', () => {
    const half = Buffer.from(
      JSON.stringify(
        cpp(' caf@ bar', [token(' caf', 0, 1), token('@1', 1, 2), token('@2', 2, 3), token(' bar', 3, 4)]),
      ),
    );
    const bytes = Buffer.from(
      half
        .toString('latin1')
        .replace('caf@', 'caf\u00c3\u00a9')
        .replace('@1', '\u00c3')
        .replace('@2', '\u00a9'),
      'latin1',
    );
    expect(parseWhisper(bytes)).toEqual([
      {
        text: 'café bar',
        start_ms: 0,
        end_ms: 2000,
        words: [
          { text: 'café', start_ms: 0, end_ms: 3 },
          { text: 'bar', start_ms: 3, end_ms: 4 },
        ],
        speaker: null,
      },
    ]);
  });

  test("takes Python's NaN, and line breaks that were not escaped", () => {
    const json = '{"segments":[{"start":0,"end":1,"text":" not NaN\n here","avg_logprob":NaN}]}';
    expect(parseWhisper(json)[0]?.text).toBe('not NaN here');
  });
});

test('plain text is one piece without times; lines with times are pieces', () => {
  expect(shape(parsePlainText('hello\nworld\u0002\n'))).toEqual([[null, null, null, 'hello world']]);
  expect(parsePlainText(' \n')).toEqual([]);
  expect(
    shape(
      parsePlainText('\n[00:00:00.000 --> 00:00:02.500]   hello\n[00:00:02.500 --> 00:00:03.000]  you\n'),
    ),
  ).toEqual([
    [0, 2500, null, 'hello'],
    [2500, 3000, null, 'you'],
  ]);
});

test('RTTM tells who speaks when', () => {
  const rttm = `;; comment
SPKR-INFO call 1 <NA> <NA> <NA> unknown B <NA>
SPEAKER call 1 2.50 1.25 <NA> <NA> B <NA> <NA>
SPEAKER call 1 0 2.5 <NA> <NA> A <NA>
`;
  expect(parseRttm(rttm)).toEqual([
    { speaker: 'A', start_ms: 0, end_ms: 2500 },
    { speaker: 'B', start_ms: 2500, end_ms: 3750 },
  ]);
});

describe('what is not the format is refused in words that say what was expected and what came', () => {
  test.each([
    ['srt', 'usage: recogniser [options]', /Expected SRT: .* got "usage: recogniser/],
    ['srt', '1\nNaN --> 00:00:02,000\nx', /Expected times such as .* in cue 1, got "NaN -->/],
    ['vtt', '1\n00:01.000 --> 00:02.000\nx', /beginning with WEBVTT, got "1"/],
    ['vtt', 'WEBVTT\n\nhello', /cues with times .* got "hello"/],
    ['whisper', '', /Expected JSON, got nothing/],
    ['whisper', 'whisper: model not found', /Expected JSON, got "whisper/],
    ['whisper', '[]', /got a list/],
    ['whisper', '{"error":"no"}', /got an object with error/],
    [
      'whisper',
      '{"segments":[{"text":"x","start":NaN,"end":1}]}',
      /segments.0.start: expected number.* got null/,
    ],
    ['whisper', '{"segments":[{"text":"x","start":0,"end":1e99}]}', /times from 0 on in segment 1/],
    ['text', 'a\0b', /Expected text/],
    ['rttm', 'hello', /Expected RTTM/],
    ['rttm', 'SPEAKER c 1 NaN 1 <NA> <NA> A', /times from 0 on in line 1, got NaN/],
    ['rttm', 'SPEAKER c 1 0 1', /name of a speaker/],
  ] as const)('%s: %j', (format, text, message) => {
    expect(() => parsers[format](text)).toThrow(message);
  });

  test.each(Object.entries(parsers))('%s: bytes that are no text', (_, parse) => {
    const noise = Buffer.from(Array.from({ length: 400 }, (_, index) => (index * 7919) % 256));
    expect(() => parse(noise)).toThrow(/Expected text in UTF-8, UTF-16 or .* got 400 bytes/);
  });
});

test('whatever comes is read or refused, never anything else', () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .array(
        fc.constantFrom(
          '1\n',
          '00:00:01,000',
          ' --> ',
          '-',
          '\n\n',
          'WEBVTT\n',
          '<v ',
          '>',
          '{"segments":[',
          '[',
          ']',
          '"',
          'NaN',
          'SPEAKER ',
          'x',
        ),
      )
      .map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      for (const parse of Object.values(parsers))
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(LecternError);
        }
    }),
    { seed, numRuns: 200 },
  );
});

test.each(['<', '<v ', '{\\', '[00:00:00.000 -->', '"\\', '1\n', '-->', '\n ', '&#'])(
  'a flood of %j is dealt with before long',
  (piece) => {
    const flood = piece.repeat(500_000 / piece.length);
    for (const text of [
      flood,
      `WEBVTT\n\n00:01.000 --> 00:02.000\n${flood}`,
      `1\n00:00:01,000 --> 00:00:02,000\n${flood}`,
    ])
      for (const parse of Object.values(parsers))
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(LecternError);
        }
  },
);
