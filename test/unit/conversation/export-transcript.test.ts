import { localTime } from '../../../src-main/contract/session-time.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import type { TranscriptEntry, TranscriptExportFormat } from '../../../src-main/contract/transcript.ts';
import { conversationOf } from '../../../src-main/conversation/conversation-lines.ts';
import { exportTranscript } from '../../../src-main/conversation/export-transcript.ts';
import { parseSrt } from '../../../src-main/transcribe/formats/parse-srt.ts';
import { parseVtt } from '../../../src-main/transcribe/formats/parse-vtt.ts';
import { silentSession, spokenLine } from '../../support/talk.ts';

const session = silentSession('s1', Date.parse('2026-03-01T09:00:00Z'), { title: 'Budget: "Q3"/Q4?' });

async function exported(
  entries: readonly TranscriptEntry[],
  format: TranscriptExportFormat,
  { speakers = {}, of = session }: { speakers?: Record<string, string>; of?: SessionRecord } = {},
) {
  const conversation = await conversationOf(of, { revision: 1, speakers, entries: [...entries] });
  return exportTranscript(of, conversation, format);
}

const said = (text: string, startMs: number, endMs: number, changes: Partial<TranscriptEntry> = {}) =>
  spokenLine(text, startMs, { end_ms: endMs, ...changes });

const DIALOGUE = [
  said('Good morning & welcome.', 0, 1500),
  said('If x < 3 then', 3_599_000, 3_601_500, { interrupted: true }),
  said('No -- wait!', 3_600_400, 3_602_000, { role: 'assistant' }),
  said('*Who* said "that"?\nSPEAKER', 360_000_000, 360_001_000, { role: 'assistant', speaker: 'SPEAKER_01' }),
];

describe('an exported transcript', () => {
  test('is SubRip with speakers, also beyond an hour and where two speak at once', async () => {
    const { text, file_name, media_type } = await exported(DIALOGUE, 'srt', {
      speakers: { user: 'Ada [chair]' },
    });
    expect({ file_name, media_type }).toEqual({
      file_name: 'Budget Q3 Q4.srt',
      media_type: 'application/x-subrip',
    });
    expect(text).toBe(
      [
        '1\n00:00:00,000 --> 00:00:01,500\n[Ada chair]: Good morning & welcome.\n',
        '2\n00:59:59,000 --> 01:00:01,500\n[Ada chair]: If x < 3 then\n',
        '3\n01:00:00,400 --> 01:00:02,000\n[Other side]: No -- wait!\n',
        '4\n100:00:00,000 --> 100:00:01,000\n[SPEAKER_01]: *Who* said "that"? SPEAKER\n',
      ].join('\n'),
    );
  });

  test('is WebVTT with voices', async () => {
    expect((await exported(DIALOGUE.slice(1, 3), 'vtt', { speakers: { user: 'A & <B>' } })).text).toBe(
      [
        'WEBVTT\n',
        '00:59:59.000 --> 01:00:01.500\n<v A &amp; &lt;B&gt;>If x &lt; 3 then</v>\n',
        '01:00:00.400 --> 01:00:02.000\n<v Other side>No -- wait!</v>\n',
      ].join('\n'),
    );
  });

  test('is text and Markdown for readers, with what was cut off marked as such', async () => {
    expect((await exported(DIALOGUE.slice(0, 3), 'txt')).text).toBe(
      '[0:00:00] Me: Good morning & welcome.\n[0:59:59] Me: If x < 3 then —\n[1:00:00] Other side: No -- wait!\n',
    );
    expect(
      (await exported(DIALOGUE.slice(3), 'md', { speakers: { 'assistant:SPEAKER_01': 'Bo_b' } })).text,
    ).toBe(
      `# Budget: "Q3"/Q4?\n\n${localTime('2026-03-01T09:00:00.000Z')}, 1:00:00\n\n` +
        '**Bo\\_b** (100:00:00) \\*Who\\* said "that"? SPEAKER\n',
    );
    const [untimed] = [said('1. not a list', 0, 1, { start_ms: null, end_ms: null })];
    const of = silentSession('s1', 0, { title: 's1' });
    expect((await exported([untimed], 'md', { of })).text).toContain('\n\n1\\. not a list\n');
  });

  test('names nobody where there is one nameless voice', async () => {
    expect((await exported([said('alone', 0, 1000)], 'txt')).text).toBe('[0:00:00] alone\n');
    expect((await exported([said('alone', 0, 1000)], 'vtt')).text).not.toContain('<v');
  });

  test('tells speakers apart that have the same label on both sides', async () => {
    const lines = [said('a', 0, 1, { speaker: 'S1' }), said('b', 1, 2, { speaker: 'S1', role: 'assistant' })];
    expect((await exported(lines, 'txt')).text).toBe('[0:00:00] Me, S1: a\n[0:00:00] Other side, S1: b\n');
  });

  test('is JSON with everything, turns without text included', async () => {
    const of = silentSession('s1', 0, {
      segments: [
        {
          segment_id: '9b2f4a3e-5f0c-4b5e-8a55-0c6c4a1f2b11',
          turn_id: '9b2f4a3e-5f0c-4b5e-8a55-0c6c4a1f2b12',
          role: 'assistant',
          part: 1,
          start_frame: 0,
          frame_count: 16_000,
          start_ms: 0,
          end_ms: 1000,
          started_at: new Date(0).toISOString(),
          ended_at: new Date(1000).toISOString(),
          interrupted: true,
          bleed: false,
          file: null,
        },
      ],
    });
    const json = JSON.parse((await exported([said('hello', 2000, 3000)], 'json', { of })).text) as object;
    expect(json).toMatchObject({
      session: { id: 's1', title: 's1' },
      lines: [
        { text: null, interrupted: true, duration_ms: 1000, name: 'Other side' },
        { text: 'hello', start_ms: 2000, name: 'Me' },
      ],
      turns: [{ segments: [{ part: 1 }] }],
    });
    expect((await exported([said('hello', 2000, 3000)], 'srt', { of })).text).not.toContain('null');
  });

  test('gives text without times a place behind what went before it', async () => {
    const lines = [said('first', 0, 2000), said('x'.repeat(50), 0, 0, { start_ms: null, end_ms: null })];
    const of = silentSession('s1', 0, { duration_seconds: 10 });
    expect(
      parseSrt((await exported(lines, 'srt', { of })).text).map(({ start_ms, end_ms }) => [start_ms, end_ms]),
    ).toEqual([
      [0, 2000],
      [2000, 5000],
    ]);
  });

  test.each(['', '...', 'con', 'a/b\\c:d', 'e\u0301t\u00e9 \u202e', 'x'.repeat(300)])(
    'has a file name that every system takes for the title %j',
    async (title) => {
      const { file_name } = await exported([], 'txt', { of: { ...session, title } });
      expect(file_name).toMatch(/^[^\\/:*?"<>|\p{C}. ][^\\/:*?"<>|\p{C}]*\.txt$/u);
      expect(file_name.length).toBeLessThan(110);
      expect(file_name).not.toBe('con.txt');
    },
  );
});

/** Text that a person may say or a client may send: syntax of both formats above all. */
const spoken = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          ...[
            '<b>',
            '</i>',
            '<v Bob>',
            '</v>',
            '&amp;',
            '&',
            '&#38;',
            '-->',
            '00:00:01,000 --> 00:00:02,000',
            '7',
          ],
          ...[
            '[SPEAKER_00]: ',
            '[x]:',
            'NOTE',
            'WEBVTT',
            '{\\an8}',
            '{',
            '\n',
            '\n\n',
            '\r\n',
            ' ',
            'word',
            '<',
            '>',
          ],
        ),
        { minLength: 1, maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  )
  .map((text) => text.replaceAll('\u2060', '').toWellFormed())
  .filter((text) => text.replace(/[\p{Cc}\s]+/gu, ' ').trim() !== '');

const lines = fc.array(
  fc.record({
    text: spoken,
    start: fc.integer({ min: 0, max: 400_000_000 }),
    length: fc.integer({ min: 1, max: 60_000 }),
    role: fc.constantFrom('user' as const, 'assistant' as const),
    speaker: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })),
  }),
  { maxLength: 30 },
);

test.each([
  ['srt', parseSrt],
  ['vtt', parseVtt],
] as const)('what was written as %s is read back with its text and its times', async (format, parse) => {
  await fc.assert(
    fc.asyncProperty(lines, async (all) => {
      const entries = all.map(({ text, start, length, role, speaker }) =>
        said(text, start, start + length, { role, speaker }),
      );
      const back = parse((await exported(entries, format)).text);
      const inOrder = (texts: readonly { text: string; start_ms: number | null; end_ms: number | null }[]) =>
        texts
          .map(({ text, start_ms, end_ms }) => [start_ms, end_ms, text.replace(/[\p{Cc}\s]+/gu, ' ').trim()])
          .sort();
      expect(inOrder(back)).toEqual(inOrder(entries));
    }),
    { numRuns: 300 },
  );
});
