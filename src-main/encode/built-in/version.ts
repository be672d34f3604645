/** The mediabunny release that package.json pins; a test keeps the two equal. */
export const BUILT_IN_VERSION = '1.61.0';
