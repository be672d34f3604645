/** The user did not close a window that lasted less than this: it never opened, or a running program took it over. */
export const shortestWindowMs = 5000;
