import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { AwayNote } from '../../../src-renderer/components/AwayNote.tsx';
import { UnfinishedNote } from '../../../src-renderer/components/library/UnfinishedNote.tsx';

test('recordings that could not be read are named once each, with why and what to do', () => {
  const html = renderToStaticMarkup(
    createElement(UnfinishedNote, {
      sessions: [
        { id: 'monday', reason: 'It cannot be read (EIO).' },
        { id: 'tuesday', reason: 'Its folder cannot be written.' },
        { id: 'monday', reason: 'It cannot be read (EIO).' },
      ],
    }),
  );
  expect(html).toContain('2 recordings could not be put in order');
  expect(html).toContain('<li>monday: It cannot be read (EIO).</li>');
  expect(html).toContain('<li>tuesday: Its folder cannot be written.</li>');
  expect(html).toContain('copy the folders to another one');
  expect(renderToStaticMarkup(createElement(UnfinishedNote, { sessions: [] }))).toBe('');
});

test('a recordings folder that is away is told with what takes its place', () => {
  const away = { wanted: '/media/disk', used: '/home/me/recordings', reason: 'cannot be written (ENOENT)' };
  const html = renderToStaticMarkup(createElement(AwayNote, { away }));
  expect(html).toContain('Recordings go to /home/me/recordings until /media/disk is back');
  expect(html).toContain('cannot be written (ENOENT)');
  expect(renderToStaticMarkup(createElement(AwayNote, { away: undefined }))).toBe('');
});
