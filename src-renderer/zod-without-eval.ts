import { config } from 'zod';

// The page's security policy forbids making code from strings, which zod tries for speed as soon as a schema is
// made. Imported before anything that makes one.
config({ jitless: true });
