import { registerHooks } from 'node:module';

/** Loaded with `--import` before the main bundle: gives it the double for `electron`, and the test a way in. */
const double = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'electron'
      ? { url: double, format: 'module-typescript', shortCircuit: true }
      : nextResolve(specifier, context),
});

// A test that ended without ending its app must not leave it, and its Chromium, behind.
process.on('disconnect', () => process.exit(1));

process.on('message', (message: { id: number; source: string; text: string }) => {
  void answer(message);
});

/** Runs a function of the test's with the double's exports, as Playwright's electronApp.evaluate does. */
async function answer({ id, source, text }: { id: number; source: string; text: string }): Promise<void> {
  try {
    const electron: unknown = await import('./electron.ts');
    // The test's own function, come as text: that is what this channel is for.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    const evaluated: unknown = new Function('electron', 'text', `return (${source})(electron, text)`)(
      electron,
      text,
    );
    process.send?.({ kind: 'answer', id, json: JSON.stringify(await evaluated) });
  } catch (error) {
    process.send?.({ kind: 'answer', id, error: error instanceof Error ? error.message : String(error) });
  }
}
