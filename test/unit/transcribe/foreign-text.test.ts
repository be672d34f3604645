import { describe, expect, test } from 'vitest';
import { parseAny } from '../../../src-main/transcribe/formats/parse-any.ts';
import { parseRttm } from '../../../src-main/transcribe/formats/parse-rttm.ts';

type Pieces = ReturnType<typeof parseAny>;
const shape = (pieces: Pieces) =>
  pieces.map(({ start_ms, end_ms, text, speaker }) => [start_ms, end_ms, speaker, text]);

/** What is read, and how many lines were not understood. */
function read(file: string | object): { lines: unknown[]; skipped: number } {
  let skipped = 0;
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  const pieces = parseAny(text, () => {
    skipped++;
  });
  return { lines: shape(pieces), skipped };
}

describe('cues', () => {
  test('a line of times makes a cue, however the times are written', () => {
    const times = [
      ['00:00:01,000-->00:00:02,000', 1000, 2000],
      ['0:00:03,5 --> 0:00:04,25', 3500, 4250],
      ['00:00:05 --> 00:00:06', 5000, 6000],
      ['00:00:07:500 --> 00:00:08:000', 7500, 8000],
      ['00:09.123456 --> 00:10.654321', 9123, 10_654],
      ['11.5 --> 12.25', 11_500, 12_250],
      ['00: 00: 13, 000 -> 00: 00: 14, 000'.replace('->', '-- >'), 13_000, 14_000],
      ['00:00:15,000 —> 00:00:16,000 X1:40 X2:600', 15_000, 16_000],
      ['00:00:17,000 -->', 17_000, 18_000],
      ['00:00:18,000 --> 00:00:19,000 align:start position:0%', 18_000, 19_000],
    ] as const;
    const numbered = times.map(([line], index) => `${index + 1}\n${line}\ntext ${index}\n`).join('\n');
    const bare = times.map(([line], index) => `${line}\ntext ${index}`).join('\n');
    const expected = times.map(([, from, to], index) => [from, to, null, `text ${index}`]);
    expect(read(numbered)).toEqual({ lines: expected, skipped: 0 });
    expect(read(bare)).toEqual({ lines: expected, skipped: 0 });
    expect(read(`WEBVTT\n\n${numbered}`)).toEqual({ lines: expected, skipped: 0 });
  });

  const cue = (number: number, times: string, text: string): string => `${number}\n${times}\n${text}\n\n`;
  const stamp = (second: number): string => `00:00:0${second},000`;
  const first = cue(1, `${stamp(1)} --> ${stamp(2)}`, 'first');
  const third = cue(3, `${stamp(5)} --> ${stamp(6)}`, 'third');
  const ends = [
    [1000, 2000, null, 'first'],
    [5000, 6000, null, 'third'],
  ];

  test.each(['->', '–>', '—>', '=>', '→', '⇒', '--->', '–', '-', '~', 'to the', '>>'])(
    'times with %s between them are no text of the cue before',
    (arrow) => {
      const file = `${first}${cue(2, `${stamp(3)} ${arrow} ${stamp(4)}`, 'second')}${third}`;
      const isRead = arrow !== 'to the';
      const second = [3000, 4000, null, 'second'];
      expect(read(file)).toEqual({
        lines: isRead ? [ends[0], second, ends[1]] : ends,
        skipped: isRead ? 0 : 1,
      });
    },
  );

  test.each(['00:00:xx,000 -> 00:00:04,000', '00:00:03,000', 'later', '3 → 4', '00:00:03,000 =>'])(
    'what stands below the next number as %s is skipped and counted',
    (times) => {
      expect(read(`${first}${cue(2, times, 'second')}${third}`)).toEqual({ lines: ends, skipped: 1 });
    },
  );

  test('text with arrows, hours of the day and numbers stays text', () => {
    const text = 'A → B\n10:00 - 11:00 lunch\n2\n\nfrom 9:00 -> 10:00\n\n2024\nwas long';
    expect(read(`${cue(1, `${stamp(1)} --> ${stamp(2)}`, text)}${third}`)).toEqual({
      lines: [
        [1000, 2000, null, text.replace(/\n+/g, ' ')],
        [5000, 6000, null, 'third'],
      ],
      skipped: 0,
    });
  });

  test('SBV is read, ASS by its Dialogue lines, and TTML is refused by its name', () => {
    expect(read('0:00:01.000,0:00:02.000\nhello\nyou\n\n0:00:03.000,0:00:04.000\nsecond\n')).toEqual({
      lines: [
        [1000, 2000, null, 'hello you'],
        [3000, 4000, null, 'second'],
      ],
      skipped: 0,
    });
    const ass = [
      '[Script Info]\n[V4+ Styles]\nFormat: Name, Fontname\n[Events]',
      'Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text',
      'Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not said',
      'Dialogue: 0,0:00:03.50,0:00:04.00,Default,,0,0,0,,second',
      'Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,Hello, {\\i1}ass\\N line',
      'Dialogue: 0,soon,0:00:02.00,Default,,0,0,0,,lost',
      'Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 1 1',
    ].join('\n');
    expect(read(ass)).toEqual({
      lines: [
        [1000, 2000, 'Ann', 'Hello, ass line'],
        [3500, 4000, null, 'second'],
      ],
      skipped: 1,
    });
    expect(() => read('<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body/></tt>')).toThrow(
      /TTML, which is not read/,
    );
  });

  test('ends of lines that were converted twice end lines once', () => {
    const srt =
      '\ufeff1\n00:00:01,000 --> 00:00:02,000\nDouble\n\n2\n00:00:03,000 --> 00:00:04,000\nsecond\n';
    expect(read(srt.replaceAll('\n', '\r\r\n')).lines).toEqual([
      [1000, 2000, null, 'Double'],
      [3000, 4000, null, 'second'],
    ]);
  });

  test('only an empty line ends a cue: spaces and &nbsp; do not', () => {
    for (const gap of [' ', '\u00a0', '&nbsp;', '\t'])
      expect(
        read(`WEBVTT\n\n00:01.000 --> 00:02.000\none\n${gap}\ntwo\n\n00:03.000 --> 00:04.000\nthree\n`).lines,
      ).toEqual([
        [1000, 2000, null, 'one two'],
        [3000, 4000, null, 'three'],
      ]);
  });

  test('a bad line costs itself and is counted; where nothing is understood, it is said what was wrong', () => {
    const good = '2\n00:00:03,000 --> 00:00:04,000\ngood\n';
    expect(read(`1\n00:00:xx,000 --> 00:00:02,000\nlost\n\n${good}`)).toEqual({
      lines: [[3000, 4000, null, 'good']],
      skipped: 1,
    });
    expect(read(`subtitles by nobody\n\n${good}`).skipped).toBe(1);
    expect(read(`WEBVTT\n\n00:0x.000 --> 00:02.000\nlost\n\n${good}\n\nstray text\n`)).toEqual({
      lines: [[3000, 4000, null, 'good']],
      skipped: 2,
    });
    expect(() => read('1\n00:00:xx,000 --> 00:00:02,000\nlost\n')).toThrow(
      /Expected times such as .* in cue 1/,
    );
    const damaged = Buffer.concat([
      Buffer.from(`1\n00:00:01,000 --> 00:00:02,000\nperdu`),
      Buffer.from([0xe9]),
      Buffer.from(`\n\n${good.replace('good', 'là-bas déjà élève été né à ça')}`),
    ]);
    expect(shape(parseAny(damaged))).toEqual([[3000, 4000, null, 'là-bas déjà élève été né à ça']]);
  });

  test('times before the audio begin with it', () => {
    expect(read('1\n-00:00:01,000 --> 00:00:02,000\nx\n').lines).toEqual([[0, 2000, null, 'x']]);
  });

  test('names before what is said are speakers where the file is a dialogue, else text', () => {
    const cues = (...texts: string[]) =>
      texts
        .map((text, index) => `${index + 1}\n00:00:0${index},000 --> 00:00:0${index + 1},000\n${text}\n`)
        .join('\n');
    expect(
      read(cues('ANN: hello', 'BOB: hi', 'ANN: how are you')).lines.map((line) =>
        (line as unknown[]).slice(2),
      ),
    ).toEqual([
      ['ANN', 'hello'],
      ['BOB', 'hi'],
      ['ANN', 'how are you'],
    ]);
    expect(read(cues('Note: bring it', 'and so on', 'go on')).lines[0]).toEqual([
      0,
      1000,
      null,
      'Note: bring it',
    ]);
  });
});

describe('captions that roll', () => {
  const vtt = (...cues: [from: number, to: number, ...lines: string[]][]): string => {
    const time = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
    return `WEBVTT\n\n${cues.map(([from, to, ...lines]) => `${time(from)} --> ${time(to)}\n${lines.join('\n')}\n`).join('\n')}`;
  };

  test('add only what is new', () => {
    const rolling = vtt(
      [0, 3000, 'A'],
      [3000, 3010, 'A'],
      [3010, 6000, 'A', 'B'],
      [6000, 6010, 'B'],
      [6010, 9000, 'B', 'C'],
    );
    const expected = [
      [0, 3000, null, 'A'],
      [3010, 6000, null, 'B'],
      [6010, 9000, null, 'C'],
    ];
    expect(read(rolling).lines).toEqual(expected);
    const srt = rolling.replace('WEBVTT\n\n', '').replace(/(\d)\.(\d{3})/g, '$1,$2');
    expect(read(srt).lines).toEqual(expected);
  });

  test('with times for their words give the words too', () => {
    const rolling = vtt(
      [480, 2470, ' ', 'hello<00:00:00.880><c> everyone</c>'],
      [2470, 2480, 'hello everyone', ' '],
      [2480, 4000, 'hello everyone', 'to<00:00:02.600><c> my</c><00:00:03.000><c> talk</c>'],
      [4000, 4010, 'to my talk', ' '],
      [4010, 6000, 'to my talk', 'again'],
    );
    const pieces = parseAny(rolling);
    expect(shape(pieces)).toEqual([
      [480, 2470, null, 'hello everyone'],
      [2480, 4000, null, 'to my talk'],
      [4010, 6000, null, 'again'],
    ]);
    expect(pieces[1]?.words).toEqual([
      { text: 'to', start_ms: 2480, end_ms: 2600 },
      { text: 'my', start_ms: 2600, end_ms: 3000 },
      { text: 'talk', start_ms: 3000, end_ms: 4000 },
    ]);
  });

  test('keep twice what was said twice', () => {
    const texts = (file: string) => read(file).lines.map((line) => (line as unknown[])[3]);
    expect(texts(vtt([0, 1000, 'No.'], [1000, 2000, 'No.'], [2000, 3000, 'Yes.']))).toEqual([
      'No.',
      'No.',
      'Yes.',
    ]);
    expect(
      texts(
        vtt(
          [0, 3000, 'A'],
          [3000, 3010, 'A'],
          [3010, 6000, 'A', 'A'],
          [6000, 6010, 'A'],
          [6010, 9000, 'A', 'B'],
          [30_000, 33_000, 'B'],
        ),
      ),
    ).toEqual(['A', 'A', 'B', 'B']);
  });
});

describe("recognisers' JSON is told apart by its keys", () => {
  const word = (text: string, start: number, end: number, more: object = {}) => ({
    text,
    start,
    end,
    ...more,
  });

  test.each<[string, unknown, unknown[]]>([
    [
      'Hugging Face',
      {
        text: ' One. Two.',
        chunks: [
          { timestamp: [0, 1.5], text: ' One.' },
          { timestamp: [2, null], text: ' Two.' },
        ],
      },
      [
        [0, 1500, null, 'One.'],
        [2000, null, null, 'Two.'],
      ],
    ],
    [
      'Hugging Face by the word',
      {
        text: ' One two. Three.',
        chunks: [
          { timestamp: [0, 0.5], text: ' One' },
          { timestamp: [0.5, 1], text: ' two.' },
          { timestamp: [1, 2], text: ' Three.' },
        ],
      },
      [
        [0, 1000, null, 'One two.'],
        [1000, 2000, null, 'Three.'],
      ],
    ],
    [
      'Hugging Face by the word, with ends that were not given',
      {
        chunks: [
          { timestamp: [0, 2.5], text: ' alpha' },
          { timestamp: [2.5, null], text: ' beta' },
          { timestamp: [5, 6], text: ' gamma' },
        ],
      },
      [[0, 6000, null, 'alpha beta gamma']],
    ],
    [
      'Hugging Face by the word, the last without an end',
      {
        chunks: [
          { timestamp: [0, 0.5], text: ' Hello' },
          { timestamp: [0.5, null], text: ' there' },
          { timestamp: [1.5, null], text: ' friend' },
        ],
      },
      [[0, null, null, 'Hello there friend']],
    ],
    [
      "faster-whisper's pair",
      [[{ id: 1, start: 0.5, end: 1.5, text: ' one' }], { language: 'en', duration: 10 }],
      [[500, 1500, null, 'one']],
    ],
    [
      "faster-whisper's pair of tuples",
      [[[1, 0, 0.5, 1.5, ' one', [50364], -0.2]], ['en', 0.9]],
      [[500, 1500, null, 'one']],
    ],
    [
      'tuples',
      [
        [0, 1.5, 'one'],
        [2, null, 'two'],
      ],
      [
        [0, 1500, null, 'one'],
        [2000, null, null, 'two'],
      ],
    ],
    ['one tuple', [[1.0, 1.5, 'one']], [[1000, 1500, null, 'one']]],
    [
      'AssemblyAI, whose times are milliseconds',
      {
        id: 'x',
        status: 'completed',
        text: 'Hi there. Bye.',
        audio_duration: 10,
        words: [
          word('Hi', 100, 400, { confidence: 1, speaker: 'A' }),
          word('there.', 400, 900, { confidence: 1, speaker: 'A' }),
          word('Bye.', 1000, 1400, { confidence: 1, speaker: 'B' }),
        ],
      },
      [
        [100, 900, 'A', 'Hi there.'],
        [1000, 1400, 'B', 'Bye.'],
      ],
    ],
    [
      'AssemblyAI with utterances',
      {
        text: 'Hi. Bye.',
        words: [word('Hi.', 100, 400, { confidence: 1 })],
        utterances: [
          { text: 'Hi.', start: 100, end: 400, speaker: 'A', confidence: 1, words: [word('Hi.', 100, 400)] },
          { text: 'Bye.', start: 5000, end: 5400, speaker: 'B', confidence: 1, words: [] },
        ],
      },
      [
        [100, 400, 'A', 'Hi.'],
        [5000, 5400, 'B', 'Bye.'],
      ],
    ],
    [
      'Deepgram',
      {
        metadata: { channels: 1 },
        results: {
          channels: [
            {
              alternatives: [
                {
                  transcript: 'hello good bye',
                  words: [
                    { word: 'hello', punctuated_word: 'Hello.', start: 0.1, end: 0.5, speaker: 0 },
                    { word: 'good', punctuated_word: 'Good', start: 2, end: 2.4, speaker: 1 },
                    { word: 'bye', punctuated_word: 'bye.', start: 2.4, end: 2.9, speaker: 1 },
                  ],
                },
              ],
            },
          ],
        },
      },
      [
        [100, 500, '0', 'Hello.'],
        [2000, 2900, '1', 'Good bye.'],
      ],
    ],
    [
      'Deepgram with utterances on two channels',
      {
        results: {
          channels: [{ alternatives: [{}] }, { alternatives: [{}] }],
          utterances: [
            { start: 0.1, end: 0.9, transcript: 'Hello.', channel: 0 },
            { start: 2, end: 2.9, transcript: 'Bye.', channel: 1, speaker: 0 },
          ],
        },
      },
      [
        [100, 900, 'Channel 1', 'Hello.'],
        [2000, 2900, 'Channel 2, 0', 'Bye.'],
      ],
    ],
    [
      'Google',
      {
        results: [
          {
            alternatives: [
              {
                transcript: 'hello world',
                words: [
                  { startTime: '0.100s', endTime: '0.500s', word: 'hello' },
                  { startTime: '0.5s', endTime: '0.900s', word: 'world' },
                ],
              },
            ],
          },
          { alternatives: [{ transcript: ' and more' }], resultEndTime: '2.5s' },
        ],
      },
      [
        [100, 900, null, 'hello world'],
        [900, 2500, null, 'and more'],
      ],
    ],
    [
      'Google with speakers, in the words of its libraries',
      {
        response: {
          results: [
            {
              alternatives: [
                {
                  transcript: 'hello',
                  words: [
                    {
                      start_time: {},
                      end_time: { seconds: '1', nanos: 500_000_000 },
                      word: 'hello',
                      speaker_tag: 2,
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
      [[0, 1500, '2', 'hello']],
    ],
    [
      'Amazon',
      {
        jobName: 'x',
        results: {
          transcripts: [{ transcript: 'Hello, you.' }],
          speaker_labels: {
            segments: [
              {
                speaker_label: 'spk_0',
                items: [{ start_time: '0.1', speaker_label: 'spk_0', end_time: '0.4' }],
              },
            ],
          },
          items: [
            {
              type: 'pronunciation',
              start_time: '0.1',
              end_time: '0.4',
              alternatives: [{ content: 'Hello' }],
            },
            { type: 'punctuation', alternatives: [{ content: '.' }] },
            {
              type: 'pronunciation',
              start_time: '0.5',
              end_time: '0.9',
              speaker_label: 'spk_1',
              alternatives: [{ content: 'you' }],
            },
          ],
        },
      },
      [
        [100, 400, 'spk_0', 'Hello.'],
        [500, 900, 'spk_1', 'you'],
      ],
    ],
    [
      'Azure',
      {
        recognizedPhrases: [
          {
            offsetInTicks: 5_000_000,
            durationInTicks: 10_000_000,
            speaker: 1,
            nBest: [{ display: 'Hello.' }],
          },
        ],
      },
      [[500, 1500, '1', 'Hello.']],
    ],
    [
      'Rev',
      {
        monologues: [
          {
            speaker: 0,
            elements: [
              { type: 'text', value: 'Hi', ts: 0.25, end_ts: 0.5 },
              { type: 'punct', value: ', ' },
              { type: 'text', value: 'you', ts: 0.6, end_ts: 0.9 },
              { type: 'punct', value: '.' },
            ],
          },
        ],
      },
      [[250, 900, '0', 'Hi, you.']],
    ],
    [
      'Vosk',
      {
        result: [
          { word: 'so', start: 1, end: 1.5, conf: 1 },
          { word: 'it', start: 1.5, end: 2, conf: 1 },
        ],
        text: 'so it',
      },
      [[1000, 2000, null, 'so it']],
    ],
    [
      'a list of segments',
      [
        { id: 1, start: 0, end: 2, text: ' One.', words: null },
        { id: 2, start: 2, end: 4, text: ' Two.' },
      ],
      [
        [0, 2000, null, 'One.'],
        [2000, 4000, null, 'Two.'],
      ],
    ],
    [
      'speakers by number',
      {
        segments: [
          { start: 0, end: 1, text: 'a', speaker: 0 },
          { start: 1, end: 2, text: 'b', speaker: 1 },
        ],
      },
      [
        [0, 1000, '0', 'a'],
        [1000, 2000, '1', 'b'],
      ],
    ],
    [
      'an end that is null or missing',
      {
        segments: [
          { start: 0, end: null, text: 'a' },
          { start: 3, text: 'b' },
        ],
      },
      [
        [0, 3000, null, 'a'],
        [3000, null, null, 'b'],
      ],
    ],
    [
      'a start before the audio',
      { segments: [{ start: -0.02, end: 1.2, text: ' neg' }] },
      [[0, 1200, null, 'neg']],
    ],
    ['times as text', [{ start: '00:00:01.500', end: '2.5', text: 'x' }], [[1500, 2500, null, 'x']]],
  ])('%s', (_, json, lines) => {
    expect(read(json as object)).toEqual({ lines, skipped: 0 });
  });

  test('JSON Lines; a bad one costs itself', () => {
    expect(
      read(
        '{"start":0.0,"end":1.0,"text":"one"}\n{"start":1,"end":2,"te\n\n{"start":2,"end":3,"text":"three"}\n',
      ),
    ).toEqual({
      lines: [
        [0, 1000, null, 'one'],
        [2000, 3000, null, 'three'],
      ],
      skipped: 1,
    });
  });

  test('a bad segment costs itself, of a name too long two people stay two', () => {
    const segments = [
      { start: 0, end: 1, text: 'a', speaker: `${'x'.repeat(100)}1` },
      { start: 'soon', end: 2, text: 'lost' },
      { start: 2, end: 3, text: 'b', speaker: `${'x'.repeat(100)}2` },
    ];
    const { lines, skipped } = read({ segments });
    expect([lines.length, skipped]).toEqual([2, 1]);
    expect(new Set(lines.map((line) => (line as unknown[])[2])).size).toBe(2);
  });
});

test('tables and lines with times', () => {
  expect(read('start\tend\ttext\n0\t2500\tHello there\n2500\t4000\tyou\n').lines).toEqual([
    [0, 2500, null, 'Hello there'],
    [2500, 4000, null, 'you'],
  ]);
  expect(read('start,end,text\n0,2500," said ""no"", twice"\n').lines).toEqual([
    [0, 2500, null, 'said "no", twice'],
  ]);
  expect(read('0.500000\t1.750000\tlabel\n').lines).toEqual([[500, 1750, null, 'label']]);
  expect(read('[0:00:01] Me: hello\n[0:00:05] Ann Lee: yes\n').lines).toEqual([
    [1000, 5000, 'Me', 'hello'],
    [5000, null, 'Ann Lee', 'yes'],
  ]);
  expect(read('Ann Lee  0:05\nhello\nto you\n\nBob  1:10\nyes\n').lines).toEqual([
    [5000, 70_000, 'Ann Lee', 'hello to you'],
    [70_000, null, 'Bob', 'yes'],
  ]);
});

test('RTTM is read from both ends, so that names with spaces are whole', () => {
  const turn = (line: string) =>
    parseRttm(line).map(({ speaker, start_ms, end_ms }) => [speaker, start_ms, end_ms]);
  expect(turn('SPEAKER my talk 1 0.50 2.25 <NA> <NA> ann <NA> <NA>')).toEqual([['ann', 500, 2750]]);
  expect(turn('SPEAKER talk 2 of 3 1 0.50 2.25 <NA> <NA> Ann Lee 0.93 <NA>')).toEqual([
    ['Ann Lee', 500, 2750],
  ]);
  expect(
    turn('SPEAKER t 1 0.5 1 <NA> <NA> Speaker 1 <NA>\nSPEAKER t 1 4 1.5 <NA> <NA> Speaker 2 <NA>'),
  ).toEqual([
    ['Speaker 1', 500, 1500],
    ['Speaker 2', 4000, 5500],
  ]);
  expect(turn('SPEAKER\tmy talk\t1\t0.5\t1\t<NA>\t<NA>\tAnn Fox\t<NA>\t<NA>')).toEqual([
    ['Ann Fox', 500, 1500],
  ]);
  let skipped = 0;
  const count = () => {
    skipped++;
  };
  expect(parseRttm('SPEAKER t 1 x 1 <NA> <NA> A\nnoise\nSPEAKER t 1 0 1 <NA> <NA> B', count)).toHaveLength(1);
  expect(skipped).toBe(2);
});
