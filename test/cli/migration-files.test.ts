import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMigrationFiles } from '../../src/cli/migrations/files.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sunday-create-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('writes the first pair of an empty directory', async () => {
  const created = await createMigrationFiles(directory, 'init');
  expect(created).toMatchObject({ version: '001', name: 'init' });
  expect((await readdir(directory)).sort()).toEqual(['001_init.down.sql', '001_init.sql']);
  expect(await readFile(created.up, 'utf8')).not.toContain('-- depends:');
});

test('takes the next number, in as many digits as the last one, and depends on that one', async () => {
  await writeFile(join(directory, '0099_one.sql'), 'SELECT 1');
  const created = await createMigrationFiles(directory, 'Add user-preferences');
  expect(created.up).toBe(join(directory, '0100_add_user_preferences.sql'));
  expect(await readFile(created.up, 'utf8')).toContain('\n-- depends: 0099\n');
});

test.each(['', '1st', 'a/b', '../x', 'ä', 'x'.repeat(101)])('refuses the name %j', async (name) => {
  await expect(createMigrationFiles(directory, name)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(await readdir(directory)).toEqual([]);
});

test('refuses a name that exists', async () => {
  await createMigrationFiles(directory, 'one');
  await expect(createMigrationFiles(directory, 'ONE')).rejects.toThrow('001_one exists already');
});

test('names the directory that is not there', async () => {
  await expect(createMigrationFiles(join(directory, 'no'), 'one')).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    hint: expect.stringContaining('--directory') as string,
  });
});
