import { expect, it } from 'vitest';
import { hostNamesFor, printedHost } from '../../../src-main/remote/host-names.ts';

const addresses = () => ['192.168.1.5', 'fe80::1'];

it('answers to loopback names only, unless bound elsewhere', () => {
  for (const host of ['127.0.0.1', 'localhost', '::1'])
    expect(new Set(hostNamesFor(host, addresses))).toEqual(new Set(['127.0.0.1', 'localhost', '[::1]']));
  expect(hostNamesFor('192.168.1.5', addresses)).toEqual(['192.168.1.5']);
  expect(hostNamesFor('0.0.0.0', addresses)).toEqual([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '192.168.1.5',
    '[fe80::1]',
  ]);
});

it('prints an address that opens on this machine', () => {
  expect(['127.0.0.1', '::1', '0.0.0.0', '::', '192.168.1.5'].map(printedHost)).toEqual([
    '127.0.0.1',
    '[::1]',
    '127.0.0.1',
    '127.0.0.1',
    '192.168.1.5',
  ]);
});
