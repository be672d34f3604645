import type { z } from 'zod';
import type { ErrorCode } from '../errors.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One thing that can be asked for. IPC, HTTP, their clients, the OpenAPI document and the reference are derived from it.
 * `:name` in a path is filled from the input's key of that name; the other keys go in the query of a GET or DELETE and
 * in the JSON body of a POST or PATCH.
 */
export interface Operation {
  readonly method: HttpMethod;
  readonly path: string;
  /** A few words, as a heading or a tool's name. */
  readonly title: string;
  /** One sentence: what it does and what it answers. */
  readonly summary: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodType;
  /** Its errors, besides ALWAYS_POSSIBLE, and INVALID_INPUT where it has input. */
  readonly errors: readonly ErrorCode[];
  /** Most bytes of its JSON body, where that is more than usual: four for each character. */
  readonly maxBodyBytes?: number;
}

/** Errors that every operation may give. */
export const ALWAYS_POSSIBLE: readonly ErrorCode[] = ['INTERNAL', 'SHUTTING_DOWN'];

/** Keeps the types of a definition, and that it is one. */
export function operation<Method extends HttpMethod, Input extends z.ZodObject, Output extends z.ZodType>(
  definition: Operation & { method: Method; input: Input; output: Output },
): Operation & {
  readonly method: Method;
  readonly input: Input;
  readonly output: Output;
} {
  return definition;
}
