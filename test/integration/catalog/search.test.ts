import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCatalog, type Catalog } from '../../../src-main/catalog/catalog.ts';
import { audioSegmentSchema } from '../../../src-main/contract/audio-segment.ts';
import { MATCH_END, MATCH_START, type SearchHit } from '../../../src-main/contract/search.ts';
import { createTalk, saveTalk, silentSession, spokenLine } from '../../support/talk.ts';

let catalog: Catalog;
beforeEach(() => {
  catalog = openCatalog(':memory:');
});
afterEach(() => {
  catalog.close();
});

const DAY_MS = 86_400_000;

const plain = (snippet: string): string => snippet.replaceAll(MATCH_START, '[').replaceAll(MATCH_END, ']');
const found = (query: string): string[] =>
  catalog.search({ query }).hits.map(({ snippet }) => plain(snippet));
const ids = (hits: readonly SearchHit[]): string[] => [...new Set(hits.map(({ session_id }) => session_id))];

describe('a search', () => {
  test('finds words in titles, notes, markers and text, with the place to play from', () => {
    const session = silentSession('lecture', DAY_MS, {
      title: 'Thermodynamics II',
      notes: 'the part about entropy is missing',
      sample_rate: 8000,
      parts: [
        { part: 1, started_at: new Date(DAY_MS).toISOString(), duration_seconds: 10, sample_rate: 16_000 },
        { part: 2, started_at: new Date(DAY_MS).toISOString(), duration_seconds: 10 },
      ],
      markers: [{ part: 2, frame: 16_000, label: 'exam: entropy!' }],
    });
    saveTalk(catalog, session, ['so what is it', 'entropy is not disorder']);
    const { hits, total, sessions, complete } = catalog.search({ query: 'entropy' });
    expect({ total, sessions, complete }).toEqual({ total: 3, sessions: 1, complete: true });
    expect(hits.map((hit) => [hit.kind, plain(hit.snippet), hit.start_ms, hit.end_ms])).toEqual([
      ['notes', 'the part about [entropy] is missing', null, null],
      ['marker', 'exam: [entropy]!', 12_000, null],
      ['transcript', '[entropy] is not disorder', 3000, 6000],
    ]);
    expect(hits[2]).toMatchObject({ title: 'Thermodynamics II', role: 'user', session_hits: 3 });
    expect(hits[2]?.transcript_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(found('thermo')).toEqual(['[Thermodynamics] II']);
  });

  test('takes phrases, the beginning of the last word, and letters without their accents', () => {
    saveTalk(catalog, silentSession('a', 0), [
      'Der Übergang war plötzlich',
      'a note of the deadline',
      'the dead line was crossed',
      'déjà vu, again',
      "they don't follow-up",
    ]);
    expect(found('uberg')).toEqual(['Der [Übergang] war plötzlich']);
    expect(found('DEJA VU')).toEqual(['[déjà] [vu], again']);
    expect(found('deja')).toHaveLength(1);
    expect(found('"dead line"')).toEqual(['the [dead line] was crossed']);
    expect(found('the dead')).toEqual(['a note of [the] [deadline]', '[the] [dead] line was crossed']);
    expect(found('the dead ')).toEqual(['[the] [dead] line was crossed']);
    expect(found('"the dead')).toEqual(['a note of [the deadline]', '[the dead] line was crossed']);
    expect(found("don't")).toEqual(["they [don't] follow-up"]);
    expect(found('follow-up')).toEqual(["they don't [follow-up]"]);
    expect(found('line dead the')).toEqual(['[the] [dead] [line] was crossed']);
    expect(found('d')).toEqual([]);
    expect(found('dead missing')).toEqual([]);
  });

  test.each([
    '',
    '   ',
    '"',
    '""',
    '*',
    'AND',
    'NOT x',
    'text:note',
    'NEAR(a b)',
    '^a',
    '-',
    '%',
    '_',
    '\u0000',
    'a\u0000"',
    '\ud800',
    ')(',
    '{a b}',
  ])('takes %j for words or for nothing', (query) => {
    saveTalk(catalog, silentSession('a', 0), ['and not near the text note']);
    expect(() => catalog.search({ query })).not.toThrow();
    expect(() => catalog.list({ query, limit: 10, offset: 0 })).not.toThrow();
  });

  test('never fails, whatever is typed', () => {
    saveTalk(catalog, silentSession('a', 0, { notes: 'NEAR "AND" (x)' }), ['one "two" three* AND NOT four']);
    const syntax = fc.constantFrom(
      '"',
      '*',
      ' ',
      'AND',
      'OR',
      'NOT',
      'NEAR(',
      ')',
      '^',
      ':',
      '-',
      '+',
      '{',
      '}',
      '\u0000',
      'one',
      'tw',
      "'",
      ';',
      '\u2028',
      'é',
      'e\u0301',
      '会議',
    );
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ maxLength: 200 }),
      fc.array(syntax, { maxLength: 60 }).map((parts) => parts.join('').slice(0, 200)),
    );
    fc.assert(
      fc.property(typed, fc.option(fc.constantFrom('a', 'none'), { nil: undefined }), (query, session_id) => {
        const { hits, total } = catalog.search({
          query,
          ...(session_id === undefined ? {} : { session_id }),
        });
        expect(hits.length).toBeLessThanOrEqual(total);
        catalog.list({ query, limit: 10, offset: 0 });
      }),
      { numRuns: 500 },
    );
  });

  test('leaves nothing in a snippet but the text and the marks of what was found', () => {
    saveTalk(catalog, silentSession('a', 0), [`a ${MATCH_START}false${MATCH_END} friend\u0000 of mine`]);
    expect(found('friend')).toEqual(['a false [friend] of mine']);
  });

  test('puts the session first in which the words are said most, a title before that, and of equals the latest', () => {
    const filler = Array.from({ length: 50 }, (_, index) => `filler ${index}`);
    saveTalk(catalog, silentSession('once', 3 * DAY_MS), [...filler, 'the budget is fine']);
    saveTalk(catalog, silentSession('often', DAY_MS), [
      ...filler,
      'the budget is gone',
      'the budget was fine',
    ]);
    saveTalk(catalog, silentSession('later', 4 * DAY_MS), [...filler, 'the budget is fine']);
    saveTalk(catalog, silentSession('titled', 2 * DAY_MS, { title: 'Budget' }), filler);
    expect(ids(catalog.search({ query: 'budget' }).hits)).toEqual(['titled', 'often', 'later', 'once']);
    expect(ids(catalog.search({ query: 'budget', offset: 1, limit: 2 }).hits)).toEqual(['often', 'later']);
  });

  test('shows the best few places of a session, and all of them in order where it is asked for that session', () => {
    const lines = Array.from({ length: 300 }, (_, index) => `number ${index} of the list`);
    saveTalk(catalog, silentSession('a', 0), lines.toReversed());
    saveTalk(catalog, silentSession('b', 0), ['another list']);
    const few = catalog.search({ query: 'list', per_session: 3 });
    expect(few.hits.map(({ session_id, session_hits }) => [session_id, session_hits])).toEqual([
      ['a', 300],
      ['a', 300],
      ['a', 300],
      ['b', 1],
    ]);
    const all = catalog.search({ query: 'list', session_id: 'a', offset: 10, limit: 200 });
    expect(all.total).toBe(300);
    expect(all.hits.map(({ start_ms }) => start_ms)).toEqual(
      Array.from({ length: 200 }, (_, index) => (index + 10) * 3000),
    );
  });

  test('leaves out what the microphone only heard of the other side, unless a person has written it', () => {
    const [echo, theirs, edited] = [randomUUID(), randomUUID(), randomUUID()];
    const turn = (turnId: string, role: 'user' | 'assistant', startMs: number, bleed: boolean) =>
      audioSegmentSchema.parse({
        segment_id: randomUUID(),
        turn_id: turnId,
        role,
        part: 1,
        start_frame: startMs * 16,
        frame_count: 16_000,
        start_ms: startMs,
        end_ms: startMs + 1000,
        started_at: new Date(startMs).toISOString(),
        ended_at: new Date(startMs + 1000).toISOString(),
        interrupted: false,
        bleed,
      });
    const segments = [
      turn(theirs, 'assistant', 0, false),
      turn(echo, 'user', 10, true),
      turn(edited, 'user', 5000, true),
    ];
    catalog.save(silentSession('call', 0, { tracks: ['user', 'assistant'], segments }));
    catalog.saveTranscript('call', {
      revision: 1,
      speakers: {},
      entries: [
        spokenLine('the invoice is late', 0, { turn_id: theirs, role: 'assistant' }),
        spokenLine('the invoice is laid', 10, { turn_id: echo }),
        spokenLine('which invoice', 5000, { turn_id: edited, source: 'edited' }),
      ],
    });
    expect(found('invoice')).toEqual(['the [invoice] is late', 'which [invoice]']);
    expect(catalog.search({ query: 'invoice', session_id: 'call' }).total).toBe(2);
    expect(found('laid')).toEqual([]);
  });

  test('follows every change of the text, line by line', () => {
    saveTalk(catalog, silentSession('a', 0), ['alpha', 'beta']);
    const { entries, ...rest } = catalog.transcript('a');
    const [first, second] = entries;
    catalog.putTranscript('a', [spokenLine('gamma', 9000)]);
    catalog.putTranscript('a', [{ ...first!, text: 'delta' }]);
    expect([found('alpha'), found('delta'), found('gamma')]).toEqual([[], ['[delta]'], ['[gamma]']]);
    catalog.saveTranscript('a', { ...rest, entries: [second!] });
    expect([found('delta'), found('gamma'), found('beta')]).toEqual([[], [], ['[beta]']]);
    expect(catalog.transcript('a').entries).toEqual([second]);
  });
});

test.each([
  ['cœur', 'coeur'],
  ['coeur', 'cœur'],
  ['Ægir', 'aegir'],
  ['ещё', 'еще'],
  ['ЕЩЕ', 'ещё'],
  ['Đinđić', 'dindic'],
  ['København', 'kobenhavn'],
  ['Łódź', 'lodz'],
  ['lodz', 'łódź'],
  ['Sigurður', 'sigurdur'],
  ['🚀', '🚀'],
  ['👍🏽', '👍'],
  ['❤️', '❤'],
  ['🇩🇪', '🇩🇪'],
])('%s is found by %s, and marked', (said, query) => {
  saveTalk(catalog, silentSession('a', 0, { title: 'x' }), [`one ${said} two`, 'nothing else 🎉']);
  expect(found(query)).toEqual([`one [${said}] two`]);
});

test('a picture parts words, and signs of trade do not become letters', () => {
  saveTalk(catalog, silentSession('a', 0, { title: 'x' }), ['go🚀now', 'Lectern™ is here']);
  expect(found('now')).toEqual(['go🚀[now]']);
  expect(found('🚀 go')).toEqual(['[go][🚀]now']);
  expect(found('lectern ')).toEqual(['[Lectern]™ is here']);
  expect(found('🇫🇷')).toEqual([]);
  expect(found('й и')).toEqual([]);
});

describe('in scripts without spaces', () => {
  const NFD = (text: string): string => text.normalize('NFD');

  test.each([
    ['one sign', '我们明天开会', '会', '我们明天开[会]'],
    ['a word of two', '我们明天开会讨论预算', '预算', '我们明天开会讨论[预算]'],
    ['a part of a longer run', '我们明天开会讨论预算', '开会讨论', '我们明天[开会讨论]预算'],
    ['a change of script', '今日はZoom会議です', 'zoom', '今日は[Zoom]会議です'],
    ['what follows a change of script', '今日はZoom会議です', '会議', '今日はZoom[会議]です'],
    ['across a change of script', '今日はZoom会議です', 'はzoom会', '今日[はZoom会]議です'],
    ['a Latin name before signs', '新しいiPhone手机', 'iphone', '新しい[iPhone]手机'],
    ['signs behind a Latin name', '新しいiPhone手机', '手机', '新しいiPhone[手机]'],
    ['two words of it', '今日はZoom会議です', '会議 今日', '[今日]はZoom[会議]です'],
    ['a phrase with a gap', '預算 會議', '"預算 會議"', '[預算 會議]'],
    ['katakana with its long stroke', 'サーバーの設定', 'サーバー', '[サーバー]の設定'],
    ['katakana of half a width', 'ｶﾞｲﾄﾞを見る', 'ガイド', '[ｶﾞｲﾄﾞ]を見る'],
    ['letters of full width', 'ＺＯＯＭで話す', 'zoom', '[ＺＯＯＭ]で話す'],
    ['kana with their marks apart', NFD('ガイドを見る'), 'ガイド', `[${NFD('ガイド')}]${NFD('を見る')}`],
    ['Thai', 'วันนี้มีประชุมทีม', 'ประชุม', 'วันนี้มี[ประชุม]ทีม'],
    ['Thai with a space of no width', 'วันนี้\u200bมี\u200bประชุม', 'มีประชุม', 'วันนี้\u200b[มี\u200bประชุม]'],
    ['Lao', 'ມື້ນີ້ມີປະຊຸມ', 'ປະຊຸມ', 'ມື້ນີ້ມີ[ປະຊຸມ]'],
    ['Khmer', 'ថ្ងៃនេះមានប្រជុំ', 'ប្រជុំ', 'ថ្ងៃនេះមាន[ប្រជុំ]'],
    ['Burmese', 'ဒီနေ့အစည်းအဝေးရှိတယ်', 'အစည်းအဝေး', 'ဒီနေ့[အစည်းအဝေး]ရှိတယ်'],
    ['Korean before particles', '오늘 회의는 길다', '회의', '오늘 [회의는] 길다'],
    ['Korean behind Latin', 'Zoom회의 시작', '회의 ', 'Zoom[회의] 시작'],
    ['Korean taken apart', NFD('오늘 회의'), '회의', `${NFD('오늘')} [${NFD('회의')}]`],
    ['signs beyond the basic plane', '他姓𠮷野', '𠮷野', '他姓[𠮷野]'],
  ])('%s', (_, said, query, expected) => {
    saveTalk(catalog, silentSession('a', 0, { title: 'x' }), ['something else', said]);
    expect(found(query)).toEqual([expected]);
  });

  test('what does not stand together is not found, nor what is not there', () => {
    saveTalk(catalog, silentSession('a', 0, { title: 'x' }), ['会。议', '今日は。は会', '开 会']);
    for (const query of ['会议', '日は会', '开会', '議', 'zoom会'])
      expect([query, found(query)]).toEqual([query, []]);
  });

  test('titles, notes and markers too, and the list of sessions', () => {
    saveTalk(
      catalog,
      silentSession('a', 0, {
        title: '月例会議',
        notes: '予算の話',
        markers: [{ part: 1, frame: 0, label: '重要な決定' }],
      }),
      ['他の話'],
    );
    expect(found('会議')).toEqual(['月例[会議]']);
    expect(found('予算')).toEqual(['[予算]の話']);
    expect(found('決定')).toEqual(['重要な[決定]']);
    const listed = (query: string) => catalog.list({ query, limit: 9, offset: 0 }).sessions.length;
    expect([listed('会議 他の'), listed('会議 欠席')]).toEqual([1, 0]);
  });

  test('long text is cut around what was found', () => {
    const long = '前'.repeat(60) + '預算' + '後'.repeat(60);
    saveTalk(catalog, silentSession('a', 0, { title: 'x' }), [long]);
    expect(found('預算')).toEqual([`…${'前'.repeat(15)}[預算]${'後'.repeat(15)}…`]);
    const words = Array.from({ length: 60 }, (_, index) => `w${index}`);
    saveTalk(catalog, silentSession('b', 0, { title: 'x' }), [words.join(' ')]);
    expect(found('w30')).toEqual([
      `…${words.slice(23, 30).join(' ')} [w30] ${words.slice(31, 39).join(' ')}…`,
    ]);
  });
});

describe('letters that are written in several ways', () => {
  test.each([
    ['strasse', 'Hauptstr. oder Straße', '[Straße]'],
    ['STRASSE', 'die Straße', '[Straße]'],
    ['straße', 'STRASSE', '[STRASSE]'],
    ['straẞe', 'in der Strasse', '[Strasse]'],
    ['grosse', 'GROẞE SACHE', '[GROẞE]'],
    ['office', 'the oﬃce ﬁle', '[oﬃce]'],
    ['file', 'the oﬃce ﬁle', '[ﬁle]'],
    ['istanbul', 'İstanbul ve Isparta', '[İstanbul]'],
    ['isparta', 'İstanbul ve Isparta', '[Isparta]'],
    ['IŞIK', 'ışık', '[ışık]'],
    ['καλημερα', 'Καλημέρα σας', '[Καλημέρα]'],
    ['ΟΔΟΣ', 'η οδός εδώ', '[οδός]'],
    ['uber', 'u\u0308ber allem', '[u\u0308ber]'],
    ['می\u200cخواهم', 'میخواهم بروم', '[میخواهم]'],
    ['میخواهم', 'می\u200cخواهم بروم', '[می\u200cخواهم]'],
    ['क्षमा', 'क्\u200dषमा करें', '[क्\u200dषमा]'],
    ['क्\u200cषमा', 'क्षमा करें', '[क्षमा]'],
    ['हिन्दी', 'यह हिन्दी है', '[हिन्दी]'],
    ['مدرسة', 'مَدْرَسَة كبيرة', '[مَدْرَسَة]'],
    ['שלום', 'שָׁלוֹם לכם', '[שָׁלוֹם]'],
    ['Übergang', 'der Über\u00adgang', '[Über\u00adgang]'],
  ])('%s finds %s', (query, said, marked) => {
    saveTalk(catalog, silentSession('a', 0, { title: 'x' }), ['nothing', said]);
    const [hit] = found(query);
    expect(hit).toContain(marked);
    expect(hit?.replace(/[[\]]/g, '')).toBe(said);
  });
});

test('any stretch of words and signs is found where it stands, and its marks leave the text as it is', () => {
  // Two words of one alphabet never touch.
  const parts = fc.array(
    fc.record({
      part: fc.constantFrom(
        'Straße',
        'iPhone',
        'İş',
        'ﬁn',
        'می\u200cخواهم',
        '会',
        '議',
        '今',
        'は',
        'ｶﾞ',
        'ที่',
        '𠮷',
        '會',
      ),
      gap: fc.constantFrom('', '', ' ', '。', ', '),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const isWord = (part: string | undefined): boolean =>
    part !== undefined && /^[\p{Script=Latin}\p{Script=Arabic}]/u.test(part);
  fc.assert(
    fc.property(parts, fc.nat(29), fc.nat(5), (all, from, more) => {
      const spelt = all.map(({ part, gap }, index) =>
        isWord(part) && isWord(all[index + 1]?.part) && gap === '' ? `${part} ` : part + gap,
      );
      const text = spelt.join('').trim();
      const piece = spelt
        .slice(from, from + more + 1)
        .join('')
        .trim();
      if (piece === '') return;
      const own = openCatalog(':memory:');
      try {
        saveTalk(own, silentSession('a', 0, { title: '-' }), [text]);
        const { hits } = own.search({ query: `"${piece}"` });
        expect([piece, hits.length]).toEqual([piece, 1]);
        const snippet = hits[0]?.snippet ?? '';
        const shown = snippet.replaceAll(MATCH_START, '').replaceAll(MATCH_END, '').replace(/^…|…$/g, '');
        expect(text).toContain(shown);
        expect(snippet).toContain(MATCH_START);
      } finally {
        own.close();
      }
    }),
    { numRuns: 100 },
  );
});

describe('the list of sessions', () => {
  const listed = (query: string): string[] =>
    catalog.list({ query, limit: 100, offset: 0 }).sessions.map(({ id }) => id);

  test('has those in which all words occur, wherever in them, and parts of words in what describes them', () => {
    saveTalk(catalog, silentSession('one', 0, { title: 'Álgebra' }), ['a matrix', 'of full rank']);
    saveTalk(catalog, silentSession('two', DAY_MS, { title: 'Analysis', notes: '100 % done' }), ['a matrix']);
    catalog.save(silentSession('three', 2 * DAY_MS, { markers: [{ part: 1, frame: 0, label: 'rank?' }] }));
    expect(listed('matrix')).toEqual(['two', 'one']);
    expect(listed('algebra matrix')).toEqual(['one']);
    expect(listed('matrix rank')).toEqual(['one']);
    expect(listed('rank')).toEqual(['three', 'one']);
    expect(listed('nalys')).toEqual(['two']);
    expect(listed('%')).toEqual(['two']);
    expect(listed(' ')).toEqual(['three', 'two', 'one']);
    catalog.setDeleted('two', new Date(0).toISOString());
    expect(listed('matrix')).toEqual(['one']);
  });
});

test('among many sessions the same is found as by reading all of them', () => {
  const talk = createTalk(7, 3000);
  const sessions = Array.from({ length: 40 }, (_, index) => ({
    id: `s${index}`,
    lines: [...talk.lines(1500)],
  }));
  for (const [index, { id, lines }] of sessions.entries())
    saveTalk(catalog, silentSession(id, index * DAY_MS, { title: 'x' }), lines);
  let compared = 0;
  for (const rank of [60, 200, 700, 2000, 2999]) {
    const [word, other] = [talk.wordAt(rank), talk.wordAt(3)];
    for (const [query, matches] of [
      [`${word} `, (line: string) => line.split(' ').includes(word)],
      [`"${word}"`, (line: string) => line.split(' ').includes(word)],
      [word, (line: string) => line.split(' ').some((said) => said.startsWith(word))],
      [`${other} ${word} `, (line: string) => [word, other].every((said) => line.split(' ').includes(said))],
      [`"${other} ${word}"`, (line: string) => ` ${line} `.includes(` ${other} ${word} `)],
    ] as const) {
      const expected = sessions.map(({ id, lines }) => ({ id, count: lines.filter(matches).length }));
      const result = catalog.search({ query, limit: 200, per_session: 1 });
      if (!result.complete) continue;
      compared++;
      expect(
        new Map(result.hits.map(({ session_id, session_hits }) => [session_id, session_hits])),
        query,
      ).toEqual(new Map(expected.flatMap(({ id, count }) => (count > 0 ? [[id, count]] : []))));
    }
  }
  expect(compared).toBeGreaterThan(15);
});
