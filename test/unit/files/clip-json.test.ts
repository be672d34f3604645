import { expect, test } from 'vitest';
import { cutText } from '../../../src-main/contract/cut-text.ts';
import { clipJson } from '../../../src-main/files/clip-json.ts';

const BOUNDS = { texts: { title: 5, names: 3 }, otherTexts: 10, lists: { marks: 2 }, otherLists: 5 };

test('a text is cut before a character that has no room, and never in one', () => {
  expect(cutText('physics', 7)).toBe('physics');
  expect(cutText('physics', 4)).toBe('phys');
  expect(cutText('ab👍🏽c', 3)).toBe('ab');
  expect(cutText('ab👍🏽c', 6)).toBe('ab👍🏽');
  expect(cutText('cafe\u0301!', 4)).toBe('caf');
  expect(cutText(`${'a'.repeat(2000)}👩‍👩‍👧‍👦`, 2003)).toBe('a'.repeat(2000));
  expect(cutText('👍'.repeat(2000), 2001)).toBe('👍'.repeat(1000));
  expect(cutText('abc', 0)).toBe('');
});

test('one character that never ends is cut between its code points', () => {
  expect(cutText(`a${'\u0301'.repeat(1000)}`, 200)).toHaveLength(200);
  expect(cutText('👍🏽\u200d'.repeat(1000), 202).isWellFormed()).toBe(true);
});

test('what is too much of one thing is cut, counted and costs no other', () => {
  const json = {
    title: 'abcdefg',
    other: 'abcdefg',
    marks: [{ title: 'abcdefgh' }, { title: 'a' }, 3, 4],
    names: { abcdef: 'ghijkl' },
    list: [1, 2, 3, 4, 5, 6],
  };
  expect(clipJson(json, BOUNDS)).toEqual({
    value: {
      title: 'abcde',
      other: 'abcdefg',
      marks: [{ title: 'abcde' }, { title: 'a' }],
      names: { abc: 'ghi' },
      list: [1, 2, 3, 4, 5],
    },
    cut: [
      '2 × title cut to 5 characters',
      '2 × names cut to 3 characters',
      'marks: 2 left out',
      'list: 1 left out',
    ],
  });
});

test('what is within bounds is as it was, keys that every object has included', () => {
  const json: unknown = JSON.parse(
    '{"title":"abcde","constructor":"x","__proto__":["y"],"n":[1,null,true,{}]}',
  );
  const { value, cut } = clipJson(json, BOUNDS);
  expect(JSON.stringify(value)).toBe(JSON.stringify(json));
  expect(cut).toEqual([]);
  const long: unknown = JSON.parse('{"constructor":"12345678901","toString":[1,2,3,4,5,6]}');
  expect(JSON.stringify(clipJson(long, BOUNDS).value)).toBe(
    '{"constructor":"1234567890","toString":[1,2,3,4,5]}',
  );
});
