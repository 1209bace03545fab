// Writes docs/errors.md from src/error-codes.ts; with --check it only says whether that is fresh.
import { readFileSync, writeFileSync } from 'node:fs';
import { ERROR_CODES } from '../src/error-codes.ts';

const FILE = new URL('../docs/errors.md', import.meta.url);

const EXIT_CODES = [
  [1, 'a bug'],
  [2, 'wrong input'],
  [3, 'not found'],
  [4, 'not allowed'],
  [5, 'conflict'],
  [6, 'something we depend on is not available'],
  [7, 'the work itself failed'],
  [8, 'cancelled'],
] as const;

const text = render();
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (text !== readFileSync(FILE, 'utf8')) {
  console.error('docs/errors.md is not fresh: run `npm run generate:errors` and commit it');
  process.exitCode = 1;
}

function render(): string {
  const sections = EXIT_CODES.map(([exitCode, meaning]) => {
    const rows = Object.entries(ERROR_CODES).filter(([, [code]]) => code === exitCode);
    return [
      `## Exit code ${exitCode}: ${meaning}\n`,
      '| code | meaning |',
      '|---|---|',
      ...rows.map(toRow),
      '',
    ].join('\n');
  });
  return [
    '# Errors\n',
    'Generated from `src/error-codes.ts` by `npm run generate:errors`; `npm test` proves it fresh.\n',
    'A mutation answers a refusal as a type of its union that implements `UserError` (`code`, `message`, `hint`, `path`,',
    '`retryable`); an operation that failed has the same in `Operation.error`; everything else is a GraphQL error with',
    '`extensions.code`. The CLI turns the code into its exit code.\n',
    ...sections,
  ].join('\n');
}

function toRow([code, [, meaning]]: [string, readonly [number, string]]): string {
  return `| \`${code}\` | ${meaning} |`;
}
