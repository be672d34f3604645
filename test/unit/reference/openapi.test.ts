import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { api } from '../../../src-main/contract/api.ts';
import { errorCodeSchema } from '../../../src-main/contract/errors.ts';
import { markdownReference } from '../../../src-main/reference/markdown.ts';
import { openApiDocument } from '../../../src-main/reference/openapi.ts';
import { staleDocuments, withReference } from '../../setup/documents.ts';

const document = openApiDocument('1.2.3');

test('the document is OpenAPI 3.1, and each of its schemas JSON Schema', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone({ ...document }));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  const ajv = new Ajv2020({ strict: true, strictRequired: false, validateFormats: false });
  ajv.addVocabulary(['components']);
  // Compiling follows every reference.
  ajv.addSchema({ $id: 'lectern', components: document.components });
  for (const name of Object.keys(document.components.schemas))
    ajv.compile({ $ref: `lectern#/components/schemas/${name}` });
});

test('every operation is there by its name, with its words, and every error it may give under its status', () => {
  const described = new Map(
    Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .map((one) => [one.operationId, one]),
  );
  for (const [name, { title, summary, errors }] of Object.entries(api)) {
    expect(described.get(name)).toMatchObject({ summary: title, description: summary });
    const told = Object.values(described.get(name)?.responses ?? {}).flatMap((response) =>
      '$ref' in response ? response.$ref.replace(/^.*\//, '').split('.').slice(1) : [],
    );
    for (const code of ['INVALID_INPUT', 'UNAUTHORIZED', 'INTERNAL', ...errors])
      expect(told, name).toContain(code);
  }
});

test('what an operation is called and what it does are a few words and one sentence', () => {
  for (const [name, { title, summary }] of Object.entries(api)) {
    expect(title, name).toMatch(/^[A-Z].{3,40}$/);
    expect(summary, name).toMatch(/^[A-Z][^.]*(`[^`]*`[^.]*)*\.$/);
  }
  const titles = Object.values(api).map(({ title }) => title);
  expect(new Set(titles).size).toBe(titles.length);
});

test('a key of a path or a query is a parameter, and the rest of a body is in the body', () => {
  const update = document.paths['/api/sessions/{id}/transcript/{entry}']?.['patch'];
  expect(update?.parameters?.map(({ name, in: place, required }) => [name, place, required])).toEqual([
    ['id', 'path', true],
    ['entry', 'path', true],
  ]);
  const body = update?.requestBody?.content['application/json']?.schema;
  expect(Object.keys(body?.properties ?? {})).toEqual(['text', 'role', 'speaker']);
  expect(body?.additionalProperties).toBe(false);
  const list = document.paths['/api/sessions']?.['get'];
  expect(list?.requestBody).toBeUndefined();
  expect(list?.parameters?.map(({ name, in: place, required }) => [name, place, required])).toEqual([
    ['query', 'query', false],
    ['limit', 'query', false],
    ['offset', 'query', false],
  ]);
});

test('the reference names every operation, message and error code', () => {
  const reference = markdownReference();
  for (const name of [...Object.keys(api), 'audio_chunk', 'recording_stopped', ...errorCodeSchema.options])
    expect(reference).toContain(`\`${name}\``);
});

test('a document that is not what the contract says is found and made anew, and what stands around it stays', async () => {
  const read = (path: string): string => readFileSync(path, 'utf8');
  expect(await staleDocuments(read)).toEqual([]);
  const stale = await staleDocuments((path) => read(path).replaceAll('sessions.list', 'sessions.lists'));
  expect(stale.map(({ name }) => name)).toEqual(['resources/openapi.json', 'PROGRAMMING.md']);
  for (const { path, text } of stale) expect(text).toBe(read(path));
  expect(() => withReference('no marks', 'x')).toThrow('once each');
});
