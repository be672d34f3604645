import type {} from 'electron';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- electron.d.ts is a namespace
  namespace Electron {
    interface WebContents {
      /** There at run time and used by Electron's own tests, but missing from its types. */
      getLastWebPreferences(): Electron.WebPreferences;
    }
  }
}
