/** A window that lasted less was not closed by its user: it never opened, or a running program took it over. */
export const shortestWindowMs = 5000;
