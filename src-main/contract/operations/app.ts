import { z } from 'zod';
import { appInfoSchema } from '../app-info.ts';
import { operation } from './operation.ts';

/** This launch. */
export const appOperations = {
  'app.info': operation({
    method: 'GET',
    path: '/api/app',
    title: 'Ask about this launch',
    summary: 'Tells the version, the folders, the encoder, and what a crash had cut off before.',
    input: z.strictObject({}),
    output: appInfoSchema,
    errors: [],
  }),
} as const;
