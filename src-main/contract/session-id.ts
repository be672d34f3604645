import { z } from 'zod';

/**
 * A session id names a folder, so it is a plain name: letters, digits, `.`, `_` and `-`, at most 64 of them,
 * starting with a letter or digit and not ending in a dot (which Windows would strip).
 */
export const sessionIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$/)
  // Device names of Windows, which open a device and not a file, whatever the extension.
  .refine((id) => !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(id));
export type SessionId = z.infer<typeof sessionIdSchema>;

/** The id by which a client asks the engine to choose one. */
export const NEW_SESSION = 'new';
