import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MigrationInvalidError } from '../../src/migrations/errors.ts';
import {
  createMigrationReader,
  type MigrationFile,
  readMigrationFiles,
} from '../../src/migrations/files/files.ts';
import { checkScripts } from '../../src/migrations/files/script.ts';
import { createBareDirectory as createDirectory } from './directory.ts';

type Files = Readonly<Record<string, string | Buffer>>;

const problemsOf = async (files: Files, check: (files: readonly MigrationFile[]) => void = () => {}) => {
  using directory = createDirectory(files);
  const error: unknown = await readMigrationFiles(directory.path)
    .then(check)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MigrationInvalidError);
  return (error as MigrationInvalidError).problems;
};
const scriptProblemsOf = (files: Files) => problemsOf(files, checkScripts);

test('reads migrations in the order of their numbers, each with its down script', async () => {
  using directory = createDirectory({
    '1000_last.sql': 'SELECT 3',
    '002_second.sql': 'SELECT 2',
    '001_first.sql': 'SELECT 1',
    '001_first.down.sql': 'SELECT -1',
    'README.md': 'not looked at',
  });
  const files = await readMigrationFiles(directory.path);
  expect(files.map(({ version, name, down }) => ({ version, name, down: down?.text ?? null }))).toEqual([
    { version: '001', name: 'first', down: 'SELECT -1' },
    { version: '002', name: 'second', down: null },
    { version: '1000', name: 'last', down: null },
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
      '002_nul.down.sql': 'SELECT 1',
      '003_bom.sql': Buffer.from([0xef, 0xbb, 0xbf, 0x3b]),
      '004_latin.sql': Buffer.from([0x2d, 0x2d, 0xe4]),
      '005_large.sql': Buffer.alloc(20 * 1024 * 1024, ' '),
      '006_header.sql': '-- transaction: maybe\n-- lock-timeout: 5 hours\nSELECT 1;',
      '007_lonely.down.sql': 'SELECT 1',
      '008_down.sql': 'SELECT 1',
      '008_down.down.sql': '-- irreversible: no\nSELECT 1',
    }),
  ).toEqual([
    '002_nul.sql: holds a NUL',
    '003_bom.sql: begins with a byte order mark',
    '004_latin.sql: is not UTF-8',
    '005_large.sql: is larger than 1048576 bytes; load data with COPY, outside of migrations',
    '006_header.sql: line 1: transaction must be one or none',
    '006_header.sql: line 2: lock-timeout must be a time from 1ms to 60s, e.g. 500ms',
    '008_down.down.sql: depends and irreversible belong into the file without .down',
    '1_short.sql: the name must be NNN_name.sql or NNN_name.down.sql, in lower case, with three digits or more',
    '001_a.sql: 0001_b.sql has the same number',
    '007_lonely.down.sql: there is no 007_lonely.sql',
  ]);
});

test('names every problem of the SQL of all files at once, the place of a syntax error with its line', async () => {
  const down = 'SELECT 1';
  expect(
    await scriptProblemsOf({
      '001_syntax.sql': "SELECT 'ä';\n  CREATE TABEL c ();",
      '001_syntax.down.sql': 'DROP TABLE',
      '002_empty.sql': '-- nothing;\n;',
      '002_empty.down.sql': '',
      '003_commit.sql': 'SELECT 1;\nCOMMIT;',
      '003_commit.down.sql': down,
      '004_no_way_back.sql': 'SELECT 1',
      '005_both_ways.sql': '-- irreversible: so\nSELECT 1',
      '005_both_ways.down.sql': down,
      '006_final.sql': '-- irreversible: the rows are gone\nSELECT 1',
    }),
  ).toEqual([
    '001_syntax.sql: line 2, column 10: syntax error at or near "TABEL": CREATE TABEL c ();',
    '001_syntax.down.sql: line 1, column 11: syntax error at end of input: DROP TABLE',
    '002_empty.sql: holds no statement',
    '002_empty.down.sql: holds no statement',
    '003_commit.sql: line 2: COMMIT is not allowed, the runner opens and ends the transaction',
    '004_no_way_back.sql: needs a down script, or the header "-- irreversible: <reason>"',
    '005_both_ways.sql: is called irreversible, and has a down script',
  ]);
});

test.each<[string, Files]>([
  ['depends on 007, which is missing', { '001_a.sql': '-- depends: 007\nSELECT 1' }],
  [
    'depends on 002, which is applied after it',
    { '001_a.sql': '-- depends: 002\nSELECT 1', '002_b.sql': 'SELECT 1' },
  ],
  [
    'depends on itself: 001 → 003 → 002 → 001',
    {
      '001_a.sql': '-- depends: 3\nSELECT 1',
      '002_b.sql': '-- depends: 001\nSELECT 1',
      '003_c.sql': '--depends: 002\nSELECT 1',
    },
  ],
  ['depends on itself: 001 → 001', { '001_a.sql': '-- depends: 001\nSELECT 1' }],
])('refuses a migration that %s', async (problem, files) => {
  expect((await problemsOf(files))[0]).toBe(`001_a.sql: ${problem}`);
});

test('parses nothing until somebody asks for statements', async () => {
  using directory = createDirectory({ '001_a.sql': 'CREATE TABEL;' });
  const [file] = await readMigrationFiles(directory.path);
  expect(file?.checksum).toHaveLength(64);
  expect(() => file?.statements).toThrow(MigrationInvalidError);
});

test('sees each change of a directory that it has read before, also one that keeps size and time', async () => {
  using directory = createDirectory({
    '001_a.sql': 'SELECT 1',
    '001_a.down.sql': 'SELECT -1',
    '002_b.sql': 'SELECT 2',
  });
  const at = new Date('2024-01-01T00:00:00Z');
  const old = (name: string) => utimesSync(join(directory.path, name), at, at);
  for (const name of ['001_a.sql', '001_a.down.sql', '002_b.sql']) old(name);
  await sleep(150); // what is younger is read each time
  const read = createMigrationReader(directory.path);
  const texts = async () => (await read()).map(({ text, down }) => [text, down?.text]);
  const unchanged = [
    ['SELECT 1', 'SELECT -1'],
    ['SELECT 2', undefined],
  ];
  expect(await texts()).toEqual(unchanged);
  expect(await texts()).toEqual(unchanged);
  directory.write('001_a.down.sql', 'SELECT -9');
  old('001_a.down.sql');
  expect((await texts())[0]).toEqual(['SELECT 1', 'SELECT -9']);
  writeFileSync(join(directory.path, 'new'), 'SELECT 8');
  renameSync(join(directory.path, 'new'), join(directory.path, '001_a.sql'));
  old('001_a.sql');
  directory.remove('002_b.sql');
  expect(await texts()).toEqual([['SELECT 8', 'SELECT -9']]);
});

test('refuses a directory that is not there', async () => {
  await expect(readMigrationFiles('/nonexistent/migrations')).rejects.toMatchObject({
    code: 'MIGRATION_INVALID',
    problems: ['/nonexistent/migrations: cannot be read (ENOENT)'],
  });
});
