import { describe, expect, test } from 'vitest';
import { parseHeader } from '../../src/migrations/files/header.ts';
import { modeOf, refusalOf } from '../../src/migrations/files/statement-rules.ts';
import { parseSql } from '../../src/postgres/parse.ts';

const DEFAULTS = { depends: [], transaction: 'ONE', lockTimeoutMs: null, irreversible: null } as const;
const statementOf = async (text: string) => {
  const [statement] = await parseSql(text);
  if (!statement) throw new Error('no statement');
  return statement;
};

describe('the header', () => {
  test('is read from the comments at the top, in any order and among others', () => {
    const text = `-- Makes things fast.\n--Transaction: NONE\n\n--  lock-timeout: 2 s
-- depends: 001,2\n-- irreversible: the old values are gone\n-- note: nothing of ours\nSELECT 1;\n-- transaction: one`;
    expect(parseHeader(text)).toEqual({
      header: {
        depends: ['001', '2'],
        transaction: 'NONE',
        lockTimeoutMs: 2_000,
        irreversible: 'the old values are gone',
      },
      problems: [],
    });
  });

  test('has defaults', () => {
    expect(parseHeader('SELECT 1;')).toEqual({ header: DEFAULTS, problems: [] });
  });

  test.each([
    ['-- depends: first', 'line 1: depends must be a list of versions, e.g. 001, 002'],
    ['-- depends:', 'line 1: depends must be a list of versions, e.g. 001, 002'],
    ['\n-- transaction: two', 'line 2: transaction must be one or none'],
    ['-- lock-timeout: 0ms', 'line 1: lock-timeout must be a time from 1ms to 60s, e.g. 500ms'],
    ['-- lock-timeout: 500', 'line 1: lock-timeout must be a time from 1ms to 60s, e.g. 500ms'],
    ['-- irreversible:', 'line 1: irreversible needs a reason'],
    ['-- depends: 1\n-- depends: 2', 'line 2: depends stands there twice'],
  ])('is refused when malformed: %s', (text, problem) => {
    expect(parseHeader(text).problems).toEqual([problem]);
  });
});

describe('a statement', () => {
  test.each([
    'BEGIN',
    'COMMIT AND CHAIN',
    'ROLLBACK',
    "PREPARE TRANSACTION 'x'",
    'CREATE DATABASE x',
    'DROP DATABASE x',
    "CREATE TABLESPACE x LOCATION '/x'",
    'ALTER SYSTEM SET work_mem = 1',
    'REINDEX SCHEMA x',
    'CLUSTER',
    'DISCARD ALL',
    'COPY a FROM STDIN',
    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
  ])('is refused in any file: %s', async (text) => {
    const statement = await statementOf(text);
    expect(refusalOf(statement, DEFAULTS)).not.toBeNull();
    expect(refusalOf(statement, { ...DEFAULTS, transaction: 'NONE' })).not.toBeNull();
  });

  test.each([
    'VACUUM a',
    'CREATE INDEX CONCURRENTLY i ON a (b)',
    'DROP INDEX CONCURRENTLY i',
    'REINDEX INDEX CONCURRENTLY i',
    'REINDEX (CONCURRENTLY) TABLE i',
    'ALTER TABLE a DETACH PARTITION b CONCURRENTLY',
    'ALTER TABLE a DETACH PARTITION b FINALIZE',
  ])('is refused in a transaction, and run alone without one: %s', async (text) => {
    const statement = await statementOf(text);
    expect(refusalOf(statement, DEFAULTS)).toContain('-- transaction: none');
    expect(refusalOf(statement, { ...DEFAULTS, transaction: 'NONE' })).toBeNull();
    expect(modeOf(statement)).toBe('ALONE');
  });

  test.each([
    'SAVEPOINT a',
    'SET LOCAL work_mem = 1',
    'SET lock_timeout = 1',
    'CREATE TEMP TABLE a (id int)',
    'CREATE INDEX CONCURRENTLY ON a (b)',
  ])('is refused without a transaction: %s', async (text) => {
    expect(refusalOf(await statementOf(text), { ...DEFAULTS, transaction: 'NONE' })).not.toBeNull();
  });

  test.each([
    'CREATE INDEX i ON a (b)',
    'DROP INDEX i',
    'REINDEX (CONCURRENTLY false) TABLE a',
    'ANALYZE a',
    "ALTER TYPE t ADD VALUE 'x'",
    'ALTER TABLE a DETACH PARTITION b',
    'DO $$ BEGIN END $$',
    'PREPARE p AS SELECT 1',
    "SELECT 'x' -- COMMIT;",
  ])('runs in a transaction: %s', async (text) => {
    const statement = await statementOf(text);
    expect(refusalOf(statement, DEFAULTS)).toBeNull();
    expect(modeOf(statement)).toBe('TRANSACTION');
  });

  test('may be a CALL in both, alone where its procedure may commit', async () => {
    const statement = await statementOf('CALL p()');
    expect(refusalOf(statement, DEFAULTS)).toBeNull();
    expect(modeOf(statement)).toBe('ALONE');
  });
});
