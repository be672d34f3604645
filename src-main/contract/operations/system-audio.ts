import { z } from 'zod';
import { systemAudioStatusSchema } from '../system-audio.ts';
import { operation } from './operation.ts';

/** What the computer plays, as the page records it. */
export const systemAudioOperations = {
  'system_audio.status': operation({
    method: 'GET',
    path: '/api/system-audio',
    title: 'Ask about the computer’s sound',
    summary: 'Tells how this system hands over what it plays, or why it does not; sets nothing up.',
    input: z.strictObject({}),
    output: systemAudioStatusSchema,
    errors: ['SYSTEM_AUDIO_UNAVAILABLE'],
  }),
  'system_audio.open': operation({
    method: 'POST',
    path: '/api/system-audio/open',
    title: 'Open the computer’s sound',
    summary: 'Makes what the computer plays ready to be recorded by the page, and tells how it stands.',
    input: z.strictObject({
      output: z
        .string()
        .min(1)
        .max(1000)
        .optional()
        .describe(
          'The name of an output to listen to instead of the default one, until another becomes the default or it is gone',
        ),
    }),
    output: systemAudioStatusSchema,
    errors: ['SYSTEM_AUDIO_UNAVAILABLE'],
  }),
  'system_audio.close': operation({
    method: 'POST',
    path: '/api/system-audio/close',
    title: 'Close the computer’s sound',
    summary: 'Takes it down again, once nobody listens to it any more.',
    input: z.strictObject({}),
    output: systemAudioStatusSchema,
    errors: ['SYSTEM_AUDIO_UNAVAILABLE'],
  }),
} as const;
