import { expect, test } from 'vitest';
import { BUILT_IN_VERSION } from '../../../src-main/encode/built-in/version.ts';
import packageJson from '../../../package.json' with { type: 'json' };

test('the encoder version shown to users is the one that is installed', () => {
  expect(BUILT_IN_VERSION).toBe(packageJson.dependencies.mediabunny);
});
