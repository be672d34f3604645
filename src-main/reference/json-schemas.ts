import { z } from 'zod';
import { namedSchemas } from './named-schemas.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

export interface JsonSchemas {
  /** `components.schemas` of OpenAPI. */
  readonly named: Readonly<Record<string, JsonSchema>>;
  /** The schema of one of `wanted`, or a reference to it where it has a name. */
  of(schema: z.ZodType): JsonSchema;
}

const NAMED = '#/components/schemas/';

/**
 * Zod schemas as JSON Schema (draft 2020-12, as OpenAPI 3.1 has it), with a reference wherever a named one stands. Answers may
 * have more keys than are named here: what they get later is optional.
 */
export function toJsonSchemas(wanted: readonly z.ZodType[]): JsonSchemas {
  const registry = z.registry<{ id: string }>();
  const names = new Map<z.ZodType, string>();
  for (const [name, schema] of Object.entries(namedSchemas)) {
    registry.add(schema, { id: name });
    names.set(schema, name);
  }
  const inline = new Map<z.ZodType, string>();
  for (const schema of new Set(wanted)) {
    if (names.has(schema)) continue;
    const id = `inline-${inline.size}`;
    registry.add(schema, { id });
    inline.set(schema, id);
  }
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => NAMED + id,
    io: 'input',
    override: ({ jsonSchema }) => shorten(jsonSchema),
  });
  const take = (id: string): JsonSchema => {
    const { $schema: _dialect, $id: _uri, ...schema } = schemas[id] ?? {};
    return schema;
  };
  return {
    named: Object.fromEntries([...names.values()].map((name) => [name, take(name)])),
    of(schema) {
      const name = names.get(schema);
      if (name !== undefined) return { $ref: NAMED + name };
      const id = inline.get(schema);
      if (id === undefined) throw new Error('a schema is asked for that was not wanted before');
      return take(id);
    },
  };
}

/** The name of the schema that a reference points to; undefined where it is not a reference. */
export function nameOfReference({ $ref }: JsonSchema): string | undefined {
  return $ref?.startsWith(NAMED) === true ? $ref.slice(NAMED.length) : undefined;
}

/** Removes what adds nothing: the pattern of a format, and the bounds that any integer has. */
function shorten(schema: JsonSchema): void {
  if (schema.format === 'uuid' || schema.format === 'date-time') delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}
