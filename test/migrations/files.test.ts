import { expect, test } from 'vitest';
import { MigrationInvalidError } from '../../src/migrations/errors.ts';
import { readMigrationFiles } from '../../src/migrations/files.ts';
import { createDirectory } from './directory.ts';

const problemsOf = async (files: Readonly<Record<string, string | Buffer>>) => {
  using directory = createDirectory(files);
  const error: unknown = await readMigrationFiles(directory.path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MigrationInvalidError);
  return (error as MigrationInvalidError).problems;
};

test('reads migrations in the order of their numbers, each with its down script', async () => {
  using directory = createDirectory({
    '1000_last.sql': 'SELECT 3',
    '002_second.sql': 'SELECT 2',
    '001_first.sql': 'SELECT 1',
    '001_first.down.sql': 'SELECT -1',
    'README.md': 'not looked at',
  });
  const files = await readMigrationFiles(directory.path);
  expect(files.map(({ version, name, downText }) => ({ version, name, downText }))).toEqual([
    { version: '001', name: 'first', downText: 'SELECT -1' },
    { version: '002', name: 'second', downText: null },
    { version: '1000', name: 'last', downText: null },
  ]);
});

test('gives CRLF and LF the same checksum, and a changed comment another one', async () => {
  using unix = createDirectory({ '001_a.sql': 'SELECT 1;\n-- x\n' });
  using windows = createDirectory({ '001_a.sql': 'SELECT 1;\r\n-- x\r\n' });
  using changed = createDirectory({ '001_a.sql': 'SELECT 1;\n-- y\n' });
  const [one, two, three] = await Promise.all(
    [unix, windows, changed].map(async ({ path }) => (await readMigrationFiles(path))[0]?.checksum),
  );
  expect(one).toBe('126d1cb02eb7d7773898991c115c9dbb2d1791df61ef344d522de2d54fbdcd94');
  expect(two).toBe(one);
  expect(three).not.toBe(one);
});

test('names every problem of every file at once', async () => {
  expect(
    await problemsOf({
      '1_short.sql': 'SELECT 1',
      '001_a.sql': 'SELECT 1',
      '0001_b.sql': 'SELECT 1',
      '002_nul.sql': 'SELECT \0',
      '003_bom.sql': Buffer.from([0xef, 0xbb, 0xbf, 0x3b]),
      '004_latin.sql': Buffer.from([0x2d, 0x2d, 0xe4]),
      '005_empty.sql': '-- nothing;\n;',
      '006_commit.sql': 'SELECT 1;\nCOMMIT;',
      '007_lonely.down.sql': 'SELECT 1',
    }),
  ).toEqual([
    '002_nul.sql: holds a NUL',
    '003_bom.sql: begins with a byte order mark',
    '004_latin.sql: is not UTF-8',
    '005_empty.sql: holds no statement',
    '006_commit.sql: line 2: COMMIT is not allowed, the runner opens and ends the transaction',
    '1_short.sql: the name must be NNN_name.sql or NNN_name.down.sql, in lower case, with three digits or more',
    '001_a.sql: 0001_b.sql has the same number',
    '007_lonely.down.sql: there is no 007_lonely.sql',
  ]);
});

test('refuses a directory that is not there', async () => {
  await expect(readMigrationFiles('/nonexistent/migrations')).rejects.toMatchObject({
    code: 'MIGRATION_INVALID',
    problems: ['/nonexistent/migrations: cannot be read (ENOENT)'],
  });
});
