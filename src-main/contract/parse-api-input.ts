import type { z } from 'zod';
import { type Api, api, type ApiName } from './api.ts';
import { LecternError } from './errors.ts';
import { describeProblem } from './parse-problem.ts';

type ParsedInput<Name extends ApiName> = z.output<Api[Name]['input']>;

// The same object, seen so that a name and its schema's output agree.
const operations: {
  readonly [Name in ApiName]: {
    readonly input: { safeParse(input: unknown): z.ZodSafeParseResult<ParsedInput<Name>> };
  };
} = api;

/** The input of the operation `name`, checked. Throws INVALID_INPUT that says what was expected. */
export function parseApiInput<Name extends ApiName>(name: Name, input: unknown): ParsedInput<Name> {
  const parsed = operations[name].input.safeParse(input);
  if (!parsed.success) throw new LecternError('INVALID_INPUT', describeProblem(parsed.error, input));
  return parsed.data;
}
