import { describe, expect, test } from 'vitest';
import { controlsTransaction, lineOfPosition, listStatements } from '../../src/migrations/statements.ts';

const linesOf = (text: string) => listStatements(text).map((one) => one.line);
const refused = (text: string) => listStatements(text).some(controlsTransaction);

describe('listing statements', () => {
  test('gives the line of each statement, without comments and empty ones before it', () => {
    expect(linesOf('-- head; not one\nSELECT 1;\n\n;\n/* a; /* b; */ c; */ SELECT\n2;')).toEqual([2, 5]);
  });

  test('takes a last statement without a semicolon', () => {
    expect(linesOf('SELECT 1;\nSELECT 2')).toEqual([1, 2]);
  });

  test.each([
    ['a string', "SELECT 'a;''b;';"],
    ['an escape string', String.raw`SELECT E'a\';b;';`],
    ['a quoted name', 'SELECT 1 AS "a;""b;";'],
    ['a dollar quote', 'DO $$ BEGIN; END; $$;'],
    ['a tagged dollar quote', 'DO $x$ $$; $y$; $x$;'],
    ['a rule in parentheses', 'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);'],
    [
      'the body of a SQL function',
      'CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;',
    ],
    ['a name with a dollar', 'SELECT a$b$c FROM t;'],
    ['a parameter', 'SELECT $1;'],
  ])('does not end a statement in %s', (_where, text) => {
    expect(linesOf(text)).toEqual([1]);
  });

  test('finds the line of a position that counts characters, not UTF-16 units', () => {
    expect(lineOfPosition('😀😀\nx', 4)).toBe(2);
    expect(lineOfPosition('😀😀\nx', 3)).toBe(1);
  });
});

describe('transaction commands', () => {
  test.each([
    'BEGIN;',
    'start transaction;',
    'SELECT 1; COMMIT;',
    'END;',
    'ROLLBACK;',
    'abort;',
    "PREPARE TRANSACTION 'x';",
    '/* x */ COMMIT AND CHAIN;',
  ])('are found: %s', (text) => {
    expect(refused(text)).toBe(true);
  });

  test.each([
    'SAVEPOINT a; ROLLBACK TO a; RELEASE a;',
    'ROLLBACK WORK TO SAVEPOINT a;',
    'PREPARE p AS SELECT 1;',
    'DO $$ BEGIN PERFORM 1; END $$;',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;',
    "SELECT 'x'; -- COMMIT;",
  ])('are not seen where none is: %s', (text) => {
    expect(refused(text)).toBe(false);
  });
});
