import { expect, test } from 'vitest';
import { conversationOf } from '../../../src-main/conversation/conversation-lines.ts';
import { toSrt, toVtt } from '../../../src-main/conversation/export-cues.ts';
import { exportTranscript } from '../../../src-main/conversation/export-transcript.ts';
import { parseAny } from '../../../src-main/transcribe/formats/parse-any.ts';
import { silentSession, spokenLine } from '../../support/talk.ts';

const session = silentSession('s1', 0, { title: 'Talk' });

test.each(['srt', 'vtt', 'json', 'txt'] as const)(
  'what was saved as %s is taken in again, whatever it says',
  async (format) => {
    const texts = [
      'a --> b',
      '=1+1',
      'Note: bring <b>it</b>',
      '会議は3時 & later',
      '[Ann]: quoted',
      '{\\an8}',
    ];
    const entries = texts.map((text, index) =>
      spokenLine(text, index * 1000, {
        end_ms: index * 1000 + 900,
        speaker: index % 2 === 0 ? 'Ann' : 'Bob',
        words: format === 'json' ? [{ text, start_ms: index * 1000, end_ms: index * 1000 + 900 }] : null,
      }),
    );
    const { text } = await exportTranscript(
      session,
      await conversationOf(session, { revision: 1, speakers: {}, entries }),
      format,
    );
    const back = parseAny(text);
    expect(back.map((piece) => [piece.start_ms, piece.speaker, piece.text])).toEqual(
      texts.map((said, index) => [index * 1000, index % 2 === 0 ? 'Ann' : 'Bob', said]),
    );
    if (format === 'json') expect(back.map(({ words }) => words)).toEqual(entries.map(({ words }) => words));
  },
);

test.each([
  ['SRT', toSrt],
  ['WebVTT', toVtt],
])('text that looks like times is text again from %s', async (_, write) => {
  const texts = ['00:00:05.000 → 00:00:06.000', '00:07,5 -> 00:08,5', '00:00:09,000 --> 00:00:10,000', '2'];
  const cues = texts.map((text, index) => ({
    startMs: index * 1000,
    endMs: index * 1000 + 900,
    label: null,
    text,
  }));
  const back = parseAny(await write(cues));
  expect(back.map(({ start_ms, text }) => [start_ms, text])).toEqual(
    texts.map((text, index) => [index * 1000, text]),
  );
});
