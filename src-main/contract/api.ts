import type { z } from 'zod';
import type { Result } from './errors.ts';
import { appOperations } from './operations/app.ts';
import { intakeOperations } from './operations/intake.ts';
import { processingOperations } from './operations/processing.ts';
import { sessionOperations } from './operations/sessions.ts';
import { settingsOperations } from './operations/settings.ts';
import { systemAudioOperations } from './operations/system-audio.ts';
import { transcriptOperations } from './operations/transcripts.ts';

/**
 * Everything the app asks of finished sessions and settings, once. The IPC router, the preload's bridge, the HTTP routes,
 * both clients, the OpenAPI document and the reference are derived from this object, so no call can exist on one side alone.
 */
export const api = {
  ...sessionOperations,
  ...transcriptOperations,
  ...processingOperations,
  ...intakeOperations,
  ...settingsOperations,
  ...systemAudioOperations,
  ...appOperations,
} as const;

export type Api = typeof api;
export type ApiName = keyof Api;
export type ApiInput<Name extends ApiName> = z.input<Api[Name]['input']>;
export type ApiOutput<Name extends ApiName> = z.output<Api[Name]['output']>;

/** What answers each operation. Inputs are already parsed; a LecternError thrown becomes the answer. */
export type ApiHandlers = {
  readonly [Name in ApiName]: (
    input: z.output<Api[Name]['input']>,
  ) => ApiOutput<Name> | Promise<ApiOutput<Name>>;
};

/** How the renderer calls, over either shell. Never throws: failures are results. */
export interface ApiClient {
  call<Name extends ApiName>(name: Name, input: ApiInput<Name>): Promise<Result<ApiOutput<Name>>>;
}

export function isApiName(name: string): name is ApiName {
  return Object.hasOwn(api, name);
}
