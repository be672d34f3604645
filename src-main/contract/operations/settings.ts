import { z } from 'zod';
import { settingsPatchSchema, settingsSchema } from '../settings.ts';
import { operation } from './operation.ts';

/** What the user chose. */
export const settingsOperations = {
  'settings.get': operation({
    method: 'GET',
    path: '/api/settings',
    title: 'Read the settings',
    summary: 'Tells all settings.',
    input: z.strictObject({}),
    output: settingsSchema,
    errors: [],
  }),
  'settings.update': operation({
    method: 'PATCH',
    path: '/api/settings',
    title: 'Change settings',
    summary: 'Changes the settings that are given, `profiles` as a whole, and answers with all of them.',
    input: settingsPatchSchema,
    output: settingsSchema,
    errors: ['FORBIDDEN', 'WRITE_FAILED'],
  }),
} as const;
