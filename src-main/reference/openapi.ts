import type { ErrorCode } from '../contract/errors.ts';
import { type JsonSchema, type JsonSchemas, toJsonSchemas } from './json-schemas.ts';
import { allRoutes, errorsByStatus, pathKeys, type Route, routeSchemas, templatePath } from './routes.ts';

interface Content {
  readonly [mediaType: string]: { readonly schema: JsonSchema };
}

export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface OpenApiResponse {
  readonly description: string;
  readonly content?: Content;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, OpenApiResponse | { readonly $ref: string }>>;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<string, string | object>>;
  readonly servers: readonly object[];
  readonly security: readonly object[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, OpenApiResponse>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

/** The contract of this version as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.0). */
export function openApiDocument(version: string): OpenApiDocument {
  const schemas = toJsonSchemas(routeSchemas);
  const responses: Record<string, OpenApiResponse> = {};
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of allRoutes)
    (paths[templatePath(route.path)] ??= {})[route.method.toLowerCase()] = {
      operationId: route.name,
      summary: route.title,
      description: route.summary,
      tags: [familyOf(route.name)],
      ...parametersOf(route, schemas),
      ...requestBodyOf(route, schemas),
      responses: { ...answersOf(route, schemas), ...refusalsOf(route, responses) },
    };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Lectern',
      version,
      description:
        'Records live sessions to files that are on disk within a second. What is said on the WebSockets is in PROGRAMMING.md.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The address that `serve` prints' }],
    security: [{ bearer: [] }, { query: [] }],
    tags: [...new Set(allRoutes.map(({ name }) => familyOf(name)))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.named,
      responses: Object.fromEntries(Object.entries(responses).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The token of this launch' },
        query: {
          type: 'apiKey',
          in: 'query',
          name: 'token',
          description: 'The same, where headers cannot be set',
        },
      },
    },
  };
}

function familyOf(name: string): string {
  return name.split('.', 1)[0] ?? name;
}

function isInPath({ path }: Route, key: string): boolean {
  return pathKeys(path).includes(key);
}

function parametersOf(route: Route, schemas: JsonSchemas): Pick<OpenApiOperation, 'parameters'> {
  const { properties = {}, required = [] } = schemas.of(route.input);
  const parameters = Object.entries(properties)
    .filter(([key]) => !route.hasJsonBody || isInPath(route, key))
    .map(([name, property]): OpenApiParameter => {
      const { description, ...schema } = typeof property === 'boolean' ? {} : property;
      return {
        name,
        in: isInPath(route, name) ? 'path' : 'query',
        required: required.includes(name),
        ...(description === undefined ? {} : { description }),
        schema,
      };
    });
  return parameters.length === 0 ? {} : { parameters };
}

/** The JSON body contains all keys that are not in the path. */
function requestBodyOf(route: Route, schemas: JsonSchemas): Pick<OpenApiOperation, 'requestBody'> {
  const { takes, hasJsonBody, input } = route;
  if (takes !== undefined) return { requestBody: { required: true, content: { [takes]: { schema: {} } } } };
  if (!hasJsonBody) return {};
  const whole = schemas.of(input);
  const isInBody = (key: string): boolean => !isInPath(route, key);
  const properties = Object.fromEntries(
    Object.entries(whole.properties ?? {}).filter(([key]) => isInBody(key)),
  );
  const { required: all = [], ...rest } = whole;
  const required = all.filter(isInBody);
  const schema = { ...rest, properties, ...(required.length > 0 && { required }) };
  return { requestBody: { required: required.length > 0, content: { 'application/json': { schema } } } };
}

function answersOf({ answers }: Route, schemas: JsonSchemas): Record<string, OpenApiResponse> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, mediaType, schema }]) => [
      status,
      {
        description,
        ...(mediaType === undefined
          ? {}
          : { content: { [mediaType]: { schema: schema === undefined ? {} : schemas.of(schema) } } }),
      },
    ]),
  );
}

/** References to the error responses; each set of codes is listed once. */
function refusalsOf(route: Route, known: Record<string, OpenApiResponse>): Record<string, { $ref: string }> {
  return Object.fromEntries(
    [...errorsByStatus(route)].map(([status, codes]) => {
      const name = [status, ...codes].join('.');
      known[name] ??= refusal(codes);
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function refusal(codes: readonly ErrorCode[]): OpenApiResponse {
  const error = {
    allOf: [{ $ref: '#/components/schemas/Error' }],
    properties: { code: { enum: [...codes] } },
  };
  const schema: JsonSchema = { type: 'object', properties: { error }, required: ['error'] };
  return { description: codes.join(', '), content: { 'application/json': { schema } } };
}
