import { isDeepStrictEqual } from 'node:util';
import { api, type ApiHandlers, type ApiName, isApiName } from '../../src-main/contract/api.ts';
import { LecternError } from '../../src-main/contract/errors.ts';

/**
 * The same handlers, which fail where they answer otherwise than the contract says: with a key that it does not name, or with
 * an error that the operation does not list. So every test that asks a real recorder tests the contract too.
 */
export function conformingHandlers(handlers: ApiHandlers): ApiHandlers {
  const conforming = { ...handlers };
  for (const name of Object.keys(api)) if (isApiName(name)) conform(conforming, name);
  return conforming;
}

function conform<Name extends ApiName>(handlers: Pick<ApiHandlers, Name>, name: Name): void {
  const answer: ApiHandlers[Name] = handlers[name];
  handlers[name] = (async (input: Parameters<ApiHandlers[Name]>[0]) => {
    try {
      const output: unknown = await (answer as (given: typeof input) => unknown)(input);
      requireDeclaredOutput(name, output);
      return output;
    } catch (error) {
      requireDeclaredError(name, error);
      throw error;
    }
  }) as ApiHandlers[Name];
}

export function requireDeclaredOutput(name: ApiName, output: unknown): void {
  const plain: unknown = JSON.parse(JSON.stringify(output));
  const parsed = api[name].output.safeParse(plain);
  if (!parsed.success)
    throw new Error(`${name} answers otherwise than its contract says: ${parsed.error.message}`);
  if (!isDeepStrictEqual(parsed.data, plain))
    throw new Error(`${name} answers with keys that its contract does not name: ${JSON.stringify(plain)}`);
}

function requireDeclaredError(name: ApiName, error: unknown): void {
  if (!(error instanceof LecternError)) return;
  const declared = ['INTERNAL', 'INVALID_INPUT', 'SHUTTING_DOWN', ...api[name].errors];
  if (!declared.includes(error.code))
    throw new Error(`${name} fails with ${error.code}, which its contract does not list`, { cause: error });
}
