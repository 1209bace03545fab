import { readFileSync, writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../resolvers/index.ts';

const FILE = new URL('../schema.graphql', import.meta.url);

/** The API as text, in an order that does not depend on the order of imports. */
export function printApi(): string {
  return `${printSchema(lexicographicSortSchema(createSchema()))}\n`;
}

// `--check` compares instead of writing, for CI.
if (import.meta.main) {
  const text = printApi();
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error('schema.graphql is not what the code says: run `node scripts/generate-schema.ts`');
    process.exitCode = 1;
  }
}
