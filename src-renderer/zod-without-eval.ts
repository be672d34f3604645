import { config } from 'zod';

// The page's security policy forbids code made from strings. zod tries that, for speed, when a schema is made. So
// this is imported before any module that makes a schema.
config({ jitless: true });
