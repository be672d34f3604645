import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseByteRange } from '../../../src-main/remote/byte-range.ts';

it('never sends bytes that the file does not have, whatever is asked', () => {
  const header = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.option(fc.nat(), { nil: '' }), fc.option(fc.nat(), { nil: '' }))
      .map(([a, b]) => `bytes=${a}-${b}`),
    fc.stringMatching(/^bytes=\d*-\d*$/),
  );
  fc.assert(
    fc.property(header, fc.nat(5000), (text, size) => {
      const range = parseByteRange(text, size);
      if (typeof range === 'string') return;
      expect(range.first).toBeGreaterThanOrEqual(0);
      expect(range.first).toBeLessThanOrEqual(range.last);
      expect(range.last).toBeLessThan(size);
    }),
  );
});
