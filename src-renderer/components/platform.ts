export type System = 'mac' | 'windows' | 'linux';
export type Browser = 'chromium' | 'firefox' | 'safari';

/** The platform, as far as the advice on the page depends on it. */
export interface Platform {
  readonly system: System;
  readonly browser: Browser;
}

export function platformOf(userAgent: string): Platform {
  const system = /Mac OS X|Macintosh/.test(userAgent)
    ? 'mac'
    : /Windows/.test(userAgent)
      ? 'windows'
      : 'linux';
  const browser = /Firefox\//.test(userAgent)
    ? 'firefox'
    : /Chrome\//.test(userAgent)
      ? 'chromium'
      : 'safari';
  return { system, browser };
}
