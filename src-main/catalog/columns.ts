import type Database from 'better-sqlite3';
import { z } from 'zod';

/** A value as our tables keep it. */
type ColumnValue = string | number | null;
export type Row = Readonly<Record<string, ColumnValue>>;

/** Schema of an object whose fields have a column each. */
interface RecordSchema<Value> extends z.ZodType<Value> {
  readonly shape: z.ZodRawShape;
}

/** Maps the fields of a schema of `contract/` to the columns of a table, and back. */
export interface Columns<Value> {
  /** In the order of the schema's fields. */
  readonly names: readonly string[];
  /** The columns in a fixed order, so that two equal rows are written the same. */
  toRow(value: Value): Row;
  /**
   * The fields of a row, which come from a file: the caller must still parse them with the schema. Throws what zod and
   * JSON throw.
   */
  fromRow(row: unknown): Record<string, unknown>;
}

interface Column {
  readonly field: string;
  readonly name: string;
  /** `flag` is 0 or 1, `json` a list or an object as text. */
  readonly kind: 'plain' | 'flag' | 'json';
  /** True for a field that is absent where the column is null. */
  readonly mayBeAbsent: boolean;
}

/**
 * The columns of a schema, one for each field, with its name. Booleans are 0 and 1, lists and objects are JSON, an
 * absent field is null.
 * @param renamed columns that have another name than their field.
 */
export function columnsOf<Value extends object>(
  schema: RecordSchema<Value>,
  renamed: Readonly<Record<string, string>> = {},
): Columns<Value> {
  const columns = Object.entries(schema.shape).map(([field, type]): Column => ({
    field,
    name: renamed[field] ?? field,
    ...storageOf(type),
  }));
  return {
    names: columns.map(({ name }) => name),
    toRow(value) {
      const fields = fieldsOf(value);
      const row: Record<string, ColumnValue> = {};
      for (const column of columns) row[column.name] = stored(fields[column.field], column);
      return row;
    },
    fromRow(row) {
      const values = fieldsOf(row);
      const fields: Record<string, unknown> = {};
      for (const { field, name, kind, mayBeAbsent } of columns) {
        const value = values[name];
        if (value === null && mayBeAbsent) continue;
        if (kind === 'flag') fields[field] = value === 1;
        else fields[field] = kind === 'json' && typeof value === 'string' ? JSON.parse(value) : value;
      }
      return fields;
    },
  };
}

/**
 * Writes whole rows of one table. The statement is prepared for the columns of the first row; later rows must have the
 * same.
 * @param key the columns that identify a row: an existing row with the same values is replaced.
 */
export function prepareUpsert(
  database: Database.Database,
  table: string,
  key: readonly string[],
): (row: Row) => void {
  let statement: Database.Statement | undefined;
  return (row) => {
    statement ??= database.prepare(
      `${insertInto(table, Object.keys(row))} ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${replaced(
        Object.keys(row).filter((name) => !key.includes(name)),
      )}`,
    );
    statement.run(row);
  };
}

/** `INSERT` of a row whose values are parameters of their columns' names. */
export function insertInto(table: string, names: readonly string[]): string {
  return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`;
}

/** The part behind `DO UPDATE SET` that replaces all other columns. */
export function replaced(names: readonly string[]): string {
  return names.map((name) => `${name} = excluded.${name}`).join(', ');
}

/** Without a schema: a long text has a hundred thousand rows, and a schema would look at every field once more. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new TypeError(`expected an object, found ${typeof value}`);
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function storageOf(type: unknown): Pick<Column, 'kind' | 'mayBeAbsent'> {
  if (type instanceof z.ZodNullable || type instanceof z.ZodDefault)
    return { ...storageOf(type.unwrap()), mayBeAbsent: false };
  if (type instanceof z.ZodOptional) return { ...storageOf(type.unwrap()), mayBeAbsent: true };
  if (type instanceof z.ZodBoolean) return { kind: 'flag', mayBeAbsent: false };
  const isJson = type instanceof z.ZodArray || type instanceof z.ZodObject || type instanceof z.ZodRecord;
  return { kind: isJson ? 'json' : 'plain', mayBeAbsent: false };
}

function stored(value: unknown, { field, kind }: Column): ColumnValue {
  if (value === undefined || value === null) return null;
  if (kind === 'json') return JSON.stringify(value);
  if (kind === 'flag') return value === true ? 1 : 0;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(
    `expected ${field} to be text or a number, which a column can keep; it is ${typeof value}`,
  );
}
