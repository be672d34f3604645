const DIRECTIVES: readonly (readonly [name: string, ...sources: string[]])[] = [
  ['default-src', "'self'"],
  ['script-src', "'self'"],
  ['worker-src', "'self'"],
  ['style-src', "'self'"],
  ['img-src', "'self'", 'data:'],
  ['media-src', "'self'", 'blob:'],
  ['connect-src', "'self'"],
  ['form-action', "'none'"],
  ['object-src', "'none'"],
  ['base-uri', "'none'"],
  ['frame-ancestors', "'none'"],
];

/**
 * The page's content security policy, the same in both shells. `socketOrigins` are the `ws://host:port` that the
 * page may talk to besides its own origin: browsers differ in whether `'self'` covers them. The desktop has none.
 */
export function contentSecurityPolicy(socketOrigins: readonly string[] = []): string {
  return DIRECTIVES.map(([name, ...sources]) =>
    [name, ...sources, ...(name === 'connect-src' ? socketOrigins : [])].join(' '),
  ).join('; ');
}
