import type { z } from 'zod';
import { clientMessageSchemas } from '../contract/client-messages.ts';
import { errorStatus } from '../contract/error-status.ts';
import { errorCodeSchema } from '../contract/errors.ts';
import { ACCESS_ERRORS } from '../contract/http-routes.ts';
import { ALWAYS_POSSIBLE } from '../contract/operations/operation.ts';
import { serverMessageSchema } from '../contract/server-messages.ts';
import { type JsonSchema, type JsonSchemas, nameOfReference, toJsonSchemas } from './json-schemas.ts';
import { apiRoutes, otherRoutes, pathKeys, type Route, routeSchemas, templatePath } from './routes.ts';

/** All requests and messages, as the tables at the end of PROGRAMMING.md. */
export function markdownReference(): string {
  const clientMessages = Object.values(clientMessageSchemas);
  const schemas = toJsonSchemas([...routeSchemas, ...clientMessages, ...serverMessageSchema.options]);
  const always = [...ACCESS_ERRORS, ...ALWAYS_POSSIBLE];
  return [
    '### Operations over HTTP',
    `Each takes keys in its path, in the query of a GET or DELETE, and in the JSON body of a POST or PATCH; \`?\` marks those that
may be left out. The desktop’s page calls the same by name. Besides what is listed, any may fail with ${codes(always)}, and
with \`INVALID_INPUT\` where what it takes is not as described.`,
    table(
      ['operation', 'request', 'what it does', 'takes', 'answers', 'errors'],
      apiRoutes.map((route) => routeCells(route, schemas, ['INVALID_INPUT'])),
    ),
    '### Besides, over HTTP',
    table(
      ['name', 'request', 'what it does', 'takes', 'answers', 'errors'],
      otherRoutes.map((route) => routeCells(route, schemas, [])),
    ),
    '### Actions on the WebSocket',
    table(
      ['action', 'keys'],
      clientMessages.map((schema) => messageCells('action', schemas.of(schema))),
    ),
    '### Messages on the WebSocket',
    table(
      ['type', 'keys'],
      serverMessageSchema.options.map((schema: z.ZodType) => messageCells('type', schemas.of(schema))),
    ),
    '### Objects',
    table(
      ['object', 'keys'],
      Object.entries(schemas.named)
        .filter(([, schema]) => schema.properties !== undefined)
        .map(([name, schema]) => [name, keysOf(schema, [])]),
    ),
    '### Error codes',
    'With the status that they are answered with over HTTP; a body that is too large is 413, `INVALID_INPUT`.',
    table(['status', 'codes'], statusCells()),
  ].join('\n\n');
}

function routeCells(route: Route, schemas: JsonSchemas, left: readonly string[]): string[] {
  const { name, method, path, summary, input, takes, answers, errors } = route;
  const inPath = pathKeys(path);
  const keys = keysOf(schemas.of(input), inPath);
  return [
    `\`${name}\``,
    `\`${method} ${templatePath(path)}\``,
    summary,
    [...(takes === undefined ? [] : [takes]), keys].filter((text) => text !== '').join('; '),
    Object.entries(answers)
      .map(([status, { schema, mediaType }]) =>
        schema === undefined ? `${status} ${mediaType ?? ''}`.trim() : describe(schemas.of(schema)),
      )
      .join('; '),
    codes(errors.filter((code) => !left.includes(code))),
  ];
}

function messageCells(key: string, schema: JsonSchema): string[] {
  const named = schema.properties?.[key];
  const word = typeof named === 'object' ? String(named.const) : '';
  return [`\`${word}\``, keysOf(schema, [key])];
}

function keysOf({ properties = {}, required = [] }: JsonSchema, without: readonly string[]): string {
  return Object.entries(properties)
    .filter(([key]) => !without.includes(key))
    .map(([key, value]) => {
      const type = typeof value === 'boolean' ? '' : typeOf(value);
      return `\`${key}${required.includes(key) ? '' : '?'}\` ${type}`.trim();
    })
    .join(', ');
}

function describe(schema: JsonSchema): string {
  return nameOfReference(schema) ?? keysOf(schema, []);
}

/** A few words for the type of a value. */
function typeOf(schema: JsonSchema): string {
  const name = nameOfReference(schema);
  if (name !== undefined) return name;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return `(${schema.enum.map(String).join(' \\| ')})`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(choiceOf).join(' or ');
  if (schema.type === 'array') {
    const { items } = schema;
    return typeof items === 'object' && !Array.isArray(items) ? `list of ${typeOf(items)}` : 'list';
  }
  if (schema.type === 'object' && schema.properties !== undefined) return `{${keysOf(schema, [])}}`;
  // What may be null has its type in a list.
  return schema.format ?? [schema.type ?? []].flat().join(' or ');
}

function choiceOf(schema: z.core.JSONSchema._JSONSchema): string {
  return typeof schema === 'boolean' ? '' : typeOf(schema);
}

function statusCells(): string[][] {
  const byStatus = Map.groupBy(errorCodeSchema.options, errorStatus);
  return [...byStatus].sort(([a], [b]) => a - b).map(([status, those]) => [String(status), codes(those)]);
}

function codes(list: readonly string[]): string {
  return list.map((code) => `\`${code}\``).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
