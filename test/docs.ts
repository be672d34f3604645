import { readFileSync, writeFileSync } from 'node:fs';
import { staleDocuments } from './setup/documents.ts';

// Writes what is generated from the contract, or with --check only says what is stale.
const stale = await staleDocuments((path) => readFileSync(path, 'utf8'));
if (process.argv.includes('--check')) {
  for (const { name } of stale) console.error(`${name} is not what the contract says: run npm run docs`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else for (const { path, text } of stale) writeFileSync(path, text);
