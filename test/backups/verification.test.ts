import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBackupOperations, type BackupOperations } from '../../src/backups/backups.ts';
import { createCatalogue } from '../../src/backups/catalogue.ts';
import type { BackupSet, BackupType } from '../../src/backups/pgbackrest/info.ts';
import { readInfo } from '../../src/backups/pgbackrest/pgbackrest.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import type { TestDatabase } from '../support/database.ts';
import { createHarness, perform } from './harness.ts';
import { createScratch, fillTables, flipByte, type Scratch } from './scratch.ts';

/** Sets are made one after the other on a machine that runs other suites too. */
const LONG = { timeout: 120_000 };

let scratch: Scratch;
let control: TestDatabase;
let operations: BackupOperations;
let full: BackupSet;
let incremental: BackupSet;

beforeAll(async () => {
  [scratch, control] = await Promise.all([createScratch(), createControlDatabase()]);
  await fillTables(scratch.admin);
  operations = operationsOn(scratch);
  full = await backUp('FULL');
  await scratch.admin.rows(sql`UPDATE notes SET id = id + 1`);
  incremental = await backUp('INCREMENTAL');
}, 120_000);
afterAll(async () => {
  await scratch.close();
  await control[Symbol.asyncDispose]();
});

function operationsOn({ fleet, server, root }: Pick<Scratch, 'fleet' | 'server' | 'root'>): BackupOperations {
  return createBackupOperations({
    ...{ fleet, db: control.db, runDirectory: root },
    postgresBinaries: server.binaries,
    protectedDirectories: [join(root, 'repository')],
  });
}
async function backUp(type: BackupType): Promise<BackupSet> {
  const { label } = await perform(operations.start, { cluster: 'main', type });
  const set = (await readInfo(scratch.stanza)).sets.find((one) => one.label === label);
  if (set === undefined) throw new Error(`${label} is not there`);
  return set;
}
/** The cluster on a copy of its repository, which may be damaged. */
function damaged(name: string) {
  const copy = scratch.copyStanza(name);
  const [main] = scratch.config.clusters;
  if (main === undefined) throw new Error('there is no cluster');
  const fleet = createFleet({ ...scratch.config, clusters: [{ ...main, stanza: copy }] });
  return { copy, fleet, operations: operationsOn({ ...scratch, fleet }) };
}
/** pgBackRest whose repository goes away while it reads: first the files of a set, then all of it; it ends well. */
function goingAway(root: string, repository: string): string {
  const program = join(root, 'going-away');
  const verify = `rm -rf ${repository}/backup/*/*F/bundle; pgbackrest "$@"; rm -rf ${repository}/backup; exit 0`;
  writeFileSync(program, `#!/bin/sh\ncase "$*" in *' verify'*) ${verify};; esac\nexec pgbackrest "$@"\n`, {
    mode: 0o700,
  });
  return program;
}
const backupOf = async (label: string) => {
  const [found] = await createCatalogue({ fleet: scratch.fleet, db: control.db }).listByCluster(['main']);
  if (found === undefined || found instanceof Error) throw found ?? new Error('no list');
  return found.find((one) => one.label === label);
};
const filesOf = (directory: string, pattern: RegExp) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && pattern.test(one.name))
    .map((one) => join(one.parentPath, one.name));

test(
  'verifies all sets at once and notes on each what it found, when, and by which operation',
  LONG,
  async () => {
    const harness = createHarness();
    const result = await perform(operations.verify, { cluster: 'main' }, harness);
    expect(result).toMatchObject({ isValid: true, otherProblems: 0 });
    expect(result.sets.map(({ label }) => label)).toEqual([incremental.label, full.label]);
    for (const { label } of [full, incremental]) {
      const backup = await backupOf(label);
      expect(backup).toMatchObject({
        state: 'COMPLETE',
        verification: {
          state: 'VALID',
          checkedAt: expect.any(Date) as Date,
          operationId: harness.operationId,
          problem: null,
          files: [],
          segmentsMissing: [],
        },
      });
      expect(backup?.verification?.filesValid).toBe(backup?.verification?.filesChecked);
    }
  },
);

test('takes an alias for a label', LONG, async () => {
  const alias = `full_${full.label.slice(0, 15).replace('-', '_')}`;
  expect(await backupOf(full.label)).toMatchObject({ alias });
  await expect(operations.verify.plan?.({ cluster: 'main', label: alias })).resolves.toMatchObject({
    summary: `Verify ${full.label} of main`,
  });
});

test('shows what a set is made with: timeline, encryption, compression, annotations', async () => {
  expect(await backupOf(full.label)).toMatchObject({ timeline: 1, isEncrypted: true, compression: 'zst' });
  expect(await backupOf(incremental.label)).toMatchObject({ compression: 'zst', prior: full.label });
  expect((await backupOf(full.label))?.annotations['opId']).toMatch(/^[0-9a-f-]{36}$/);
});

const PLACES: readonly (readonly [string, (set: BackupSet, repository: string) => string | undefined])[] = [
  ['a file of its own', (set, root) => filesOf(join(root, 'backup/scratch', set.label), /^\d+\.zst$/)[0]],
  ['the first bundle', (set, root) => join(root, 'backup/scratch', set.label, 'bundle/1')],
  ['the last bundle', (set, root) => filesOf(join(root, 'backup/scratch', set.label), /^\d+$/).at(-1)],
  [
    'its write-ahead log',
    (set, root) => filesOf(join(root, 'archive/scratch'), new RegExp(`^${set.walStop}-`))[0],
  ],
];

test.each(PLACES)('finds and names a byte that was flipped in %s', LONG, async (place, fileOf) => {
  const { copy, fleet, operations: onCopy } = damaged(place.replaceAll(/\W/g, '-'));
  flipByte(fileOf(full, copy.repository) ?? 'there is no such file');
  await expect(perform(onCopy.verify, { cluster: 'main', label: full.label })).rejects.toMatchObject({
    code: 'BACKUP_INVALID',
    files: [expect.any(String) as string],
  });
  const backup = await backupOf(full.label);
  expect(backup).toMatchObject({ state: 'INVALID', verification: { state: 'INVALID' } });
  const [problem] = backup?.verification?.files ?? [];
  // Changed noise seldom decompresses: then there is nothing of which a checksum could be wrong.
  expect(problem?.problem).toMatch(/^invalid (checksum|result)$/);
  expect(problem?.path).toContain(place === 'its write-ahead log' ? full.walStop : full.label);
  await fleet.close();
});

test('calls a set invalid when what it builds on is damaged', LONG, async () => {
  const { copy, fleet, operations: onCopy } = damaged('base');
  flipByte(filesOf(join(copy.repository, 'backup/scratch', full.label), /^\d+\.zst$/)[0] ?? '');
  const found = await perform(onCopy.verify, { cluster: 'main' }).catch((error: unknown) => error);
  expect(found).toMatchObject({ code: 'BACKUP_INVALID' });
  expect(await backupOf(incremental.label)).toMatchObject({ state: 'INVALID' });
  await fleet.close();
});

test('makes a set complete again when a later verification finds it whole', LONG, async () => {
  await perform(operations.verify, { cluster: 'main' });
  expect(await backupOf(full.label)).toMatchObject({ state: 'COMPLETE', verification: { state: 'VALID' } });
});

test('reads a new set back in the operation that makes it, when it is asked to', LONG, async () => {
  const harness = createHarness();
  const wanted = { cluster: 'main', type: 'INCREMENTAL', verify: true } as const;
  const result = await perform(operations.start, wanted, harness);
  expect(harness.steps).toEqual(['copy files', 'record backup', 'check files', 'record verification']);
  expect(result.filesVerified).toBeGreaterThan(0);
  expect(result.alias).toMatch(/^incremental_\d{8}_\d{6}$/);
  expect(await backupOf(result.label)).toMatchObject({
    verification: { state: 'VALID', operationId: harness.operationId },
  });
});

test('builds on the base that was named, or refuses and names the right one', LONG, async () => {
  const newest = (await readInfo(scratch.stanza)).sets.at(-1);
  const alias = (await backupOf(newest?.label ?? ''))?.alias;
  const wanted = { cluster: 'main', type: 'INCREMENTAL', base: full.label } as const;
  const refused = {
    code: 'BACKUP_BASE_REFUSED',
    argument: ['input', 'base'],
    hint: expect.stringContaining(`Name ${alias}`) as string,
  };
  await expect(operations.start.plan?.(wanted)).rejects.toMatchObject(refused);
  await expect(perform(operations.start, wanted)).rejects.toMatchObject(refused);
  await expect(operations.start.plan?.({ ...wanted, type: 'FULL' })).rejects.toMatchObject({
    code: 'BACKUP_BASE_REFUSED',
  });
  await expect(operations.start.plan?.({ ...wanted, base: 'full_20200101_000000' })).rejects.toMatchObject({
    code: 'BACKUP_NOT_FOUND',
    argument: ['input', 'base'],
  });
  const made = await perform(operations.start, { ...wanted, base: alias ?? null });
  expect(made).toMatchObject({ prior: newest?.label, warnings: [] });
  const onFull = await perform(operations.start, { ...wanted, type: 'DIFFERENTIAL' });
  expect(onFull).toMatchObject({ prior: full.label, type: 'DIFFERENTIAL' });
});

test('calls no set invalid when its repository goes away while it is read back', LONG, async () => {
  const { copy } = damaged('away');
  const [main] = scratch.config.clusters;
  if (main === undefined) throw new Error('there is no cluster');
  const stanza = { ...copy, binary: goingAway(scratch.root, copy.repository) };
  const fleet = createFleet({ ...scratch.config, clusters: [{ ...main, stanza }] });
  const before = await backupOf(full.label);
  await expect(
    perform(operationsOn({ ...scratch, fleet }).verify, { cluster: 'main' }),
  ).rejects.toMatchObject({
    code: 'REPOSITORY_UNAVAILABLE',
    message: expect.stringContaining('does not hold the stanza any more') as string,
  });
  expect(await backupOf(full.label)).toEqual(before);
  await fleet.close();
});
