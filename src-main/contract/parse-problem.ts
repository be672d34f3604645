import type { z } from 'zod';

/** One line for a schema's finding: where, what was expected, what came. */
export function describeProblem(error: z.ZodError, input: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'unexpected value';
  const place = issue.path.length === 0 ? 'message' : issue.path.map(String).join('.');
  return `${place}: ${issue.message.replace(/^Invalid input: /, '')}, got ${describeValue(valueAt(input, issue.path))}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** The value's kind, and the value itself where it is short and safe to show. */
function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  // Whatever else came out of JSON: a string, a number or a boolean.
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : `a ${typeof value}`;
}
