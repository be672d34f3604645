import { expect, test } from 'vitest';
import { otherSpelling } from '../../../src-main/files/session-folder.ts';

test('a session that another one has the folder of, on a disk that ignores capital letters, is known by its true name', () => {
  expect(otherSpelling('talk', ['Lecture', 'Talk'])).toBe('Talk');
  expect(otherSpelling('TALK-2', ['talk', 'Talk-2'])).toBe('Talk-2');
});

test('a session of its own name is nobody else’s', () => {
  expect(otherSpelling('talk', ['Talk', 'talk'])).toBeUndefined();
  expect(otherSpelling('talk', ['talking'])).toBeUndefined();
});
