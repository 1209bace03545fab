import { describe, expect, test } from 'vitest';
import { parseSql } from '../../src/postgres/parse.ts';

describe('parseSql', () => {
  test('gives kind, text and line of each statement, without comments and semicolons around it', async () => {
    const script = [
      '-- a ; comment',
      'SELECT 1;',
      '',
      '/* nested /* ; */ */ CREATE INDEX CONCURRENTLY i ON "tä;b" (a);;',
      "SELECT $$;$$, 'é;'",
    ].join('\n');
    const found = await parseSql(script);
    expect(found.map(({ kind, text, line }) => [kind, text, line])).toEqual([
      ['SelectStmt', 'SELECT 1', 2],
      ['IndexStmt', 'CREATE INDEX CONCURRENTLY i ON "tä;b" (a)', 4],
      ['SelectStmt', "SELECT $$;$$, 'é;'", 5],
    ]);
    expect(found[1]?.node).toMatchObject({ concurrent: true, idxname: 'i' });
  });

  test('finds no statement in comments alone', async () => {
    expect(await parseSql('-- nothing\n/* at all */')).toEqual([]);
  });

  test('names the place of a syntax error in lines and columns that count characters', async () => {
    await expect(parseSql("SELECT 'äé🙂';\nSELECT '🙂' FROM FROM t")).rejects.toMatchObject({
      code: 'SQL_INVALID',
      line: 2,
      column: 18,
      problem: 'syntax error at or near "FROM"',
    });
  });

  test('names the end for a statement that is not finished', async () => {
    await expect(parseSql('SELECT (1')).rejects.toMatchObject({ code: 'SQL_INVALID', line: 1, column: 10 });
  });
});
