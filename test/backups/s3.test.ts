import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCatalogue } from '../../src/backups/catalogue.ts';
import { type BackupOperations, createBackupOperations } from '../../src/backups/backups.ts';
import { listArchive } from '../../src/backups/pgbackrest/pgbackrest.ts';
import { applyRepositories } from '../../src/backups/repositories/apply.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import type { StanzaConfig } from '../../src/config.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createControlDatabase } from '../support/control.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import { isThorough } from '../support/thorough.ts';
import { createHarness, perform } from './harness.ts';
import { createScratch, fillTables, type Scratch, waitUntil } from './scratch.ts';
import { withBucket } from './two-repositories.ts';

// The tests of this file are one story, in order: a stanza with a directory gets a bucket beside it.

let scratch: Scratch;
let server: S3Server;
let control: Awaited<ReturnType<typeof createControlDatabase>>;
let stanza: StanzaConfig;
let fleet: Fleet;
let operations: BackupOperations;

beforeAll(async () => {
  scratch = await createScratch();
  [server, control] = [await startS3Server(scratch.root), await createControlDatabase()];
  await fillTables(scratch.admin);
  useRepositories();
}, 120_000);
afterAll(async () => {
  await server.kill();
  await control[Symbol.asyncDispose]();
  await fleet.close();
  await scratch.close();
});

function useRepositories(): void {
  stanza = withBucket(scratch.root, scratch.stanza, server);
  const [main, ...others] = scratch.config.clusters;
  if (main === undefined) throw new Error('there is no cluster');
  fleet = createFleet({ ...scratch.config, clusters: [{ ...main, stanza }, ...others] });
  operations = createBackupOperations({
    ...{ fleet, db: control.db, postgresBinaries: scratch.server.binaries, runDirectory: scratch.root },
    protectedDirectories: [join(scratch.root, 'repository')],
  });
}

const LONG = { timeout: 120_000 };
const sets = async () => {
  const [live] = await createCatalogue({ fleet, db: control.db }).listByCluster(['main']);
  if (live === undefined || live instanceof Error) throw live ?? new Error('no list');
  return live;
};

test(
  'adds a bucket to a stanza: the file names both, secrets in it are for us alone, and the archive goes to both',
  LONG,
  async () => {
    expect(await applyRepositories(stanza)).toBe('applied');
    expect(await applyRepositories(stanza)).toBe('unchanged');
    const text = readFileSync(stanza.configFile, 'utf8');
    expect(text).toContain(`repo2-s3-bucket=${server.bucket}\n`);
    expect(text).toContain('repo2-storage-verify-tls=y\n');
    expect(text).toContain('repo2-storage-upload-chunk-size=16MiB\n');
    expect(text).toContain('compress-type=zst\n');
    expect(statSync(stanza.configFile).mode & 0o777).toBe(0o600);
    await scratch.admin.rows(sql`INSERT INTO notes VALUES (1)`);
    await scratch.admin.rows(sql`SELECT pg_switch_wal()`);
    const list = (repository: number) => listArchive(stanza, { archiveId: '15-1', repository });
    await waitUntil(async () => (await list(2)).length > 0, 30_000);
    expect(await list(1)).toEqual(expect.arrayContaining([...(await list(2))]));
  },
);

test('takes a backup into the bucket, and lists the sets of both with their repositories', LONG, async () => {
  const local = await perform(operations.start, { cluster: 'main', type: 'FULL' });
  const offsite = await perform(operations.start, { cluster: 'main', type: 'FULL', repository: 'offsite' });
  expect([local.repository, offsite.repository]).toEqual(['local', 'offsite']);
  const listed = (await sets()).map(({ label, repositoryKey, isEncrypted }) => ({
    label,
    repositoryKey,
    isEncrypted,
  }));
  expect(listed).toEqual([
    { label: offsite.label, repositoryKey: 2, isEncrypted: true },
    { label: local.label, repositoryKey: 1, isEncrypted: true },
  ]);
  const incremental = await perform(operations.start, {
    cluster: 'main',
    type: 'INCREMENTAL',
    repository: 'local',
  });
  expect(incremental.prior).toBe(local.label);
});

test('reads the sets of the bucket back, and says what does not belong there', LONG, async () => {
  const verified = await perform(operations.verify, { cluster: 'main', repository: 'offsite' });
  expect(verified).toMatchObject({ isValid: true, sets: [{ isValid: true, problem: null }] });
  const [offsite] = (await sets()).filter(({ repositoryKey }) => repositoryKey === 2);
  expect(verified.sets.map(({ label }) => label)).toEqual([offsite?.label]);
  expect(offsite?.verifiedAt).toBeInstanceOf(Date);
});

test(
  'restores from the bucket and proves the rows, with the directory of the other repository gone, and says which it took',
  LONG,
  async () => {
    const [offsite] = (await sets()).filter(({ repositoryKey }) => repositoryKey === 2);
    const there = join(scratch.root, 'repository');
    renameSync(there, `${there}-away`);
    try {
      const latest = {
        ...{ cluster: 'main', destination: join(scratch.root, 'restored') },
        target: { kind: 'LATEST' } as const,
      };
      const plan = await operations.restore.plan?.(latest);
      expect(plan?.steps[0]).toContain('from repository offsite');
      expect(plan?.warnings).toContainEqual(
        expect.stringMatching(/^repository local cannot be used \(.+\): this backup is in offsite$/),
      );
      await expect(operations.restore.plan?.({ ...latest, repository: 'local' })).rejects.toMatchObject({
        code: 'REPOSITORY_UNAVAILABLE',
      });
      expect(await createCatalogue({ fleet, db: control.db }).listExpired('main')).toEqual([]);
      await expect(operations.expire.plan?.({ cluster: 'main' })).rejects.toMatchObject({
        code: 'REPOSITORY_UNAVAILABLE',
      });
      const cleaned = await perform(operations.expire, { cluster: 'main', repository: 'offsite' });
      expect(cleaned).toMatchObject({ expired: [], spared: [] });
      const restored = await perform(operations.restore, {
        ...{ cluster: 'main', repository: 'offsite', destination: join(scratch.root, 'restored') },
        label: offsite?.label ?? '',
      });
      expect(restored).toMatchObject({ proven: true });
    } finally {
      renameSync(`${there}-away`, there);
    }
  },
);

test(
  'refuses a backup into a bucket that is not there at once, and an unknown name with those that are',
  LONG,
  async () => {
    await server.kill();
    const refused = perform(operations.start, { cluster: 'main', type: 'FULL', repository: 'offsite' });
    await expect(refused).rejects.toMatchObject({
      code: 'REPOSITORY_UNAVAILABLE',
      hint: expect.stringContaining('reachable') as string,
    });
    await server.start();
    await expect(
      perform(operations.start, { cluster: 'main', type: 'FULL', repository: 'elsewhere' }),
    ).rejects.toMatchObject({ code: 'REPOSITORY_NOT_FOUND', hint: 'Known: local, offsite.' });
  },
);

test(
  'ends in time when the store dies in the middle of a backup; a later one takes over what is there',
  { timeout: 180_000 },
  async () => {
    await scratch.admin.rows(
      sql`CREATE TABLE big AS SELECT g AS id, md5(g::text) || md5((g * 3)::text) AS body FROM generate_series(1, 600000) AS g`,
    );
    const harness = createHarness();
    const under = perform(
      operations.start,
      { cluster: 'main', type: 'FULL', repository: 'offsite' },
      harness,
    );
    under.catch(() => {});
    await waitUntil(() => harness.progress.some(({ message }) => message === 'copying files'), 30_000);
    await server.kill();
    await expect(under).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' });
    await server.start();
    // As a retry does: the same operation.
    const again = await perform(
      operations.start,
      { cluster: 'main', type: 'FULL', repository: 'offsite' },
      createHarness(harness.operationId),
    );
    expect(again).toMatchObject({ type: 'FULL', repository: 'offsite' });
    const verified = await perform(operations.verify, { cluster: 'main', label: again.label });
    expect(verified.isValid).toBe(true);
  },
);

test.runIf(isThorough)(
  'gives up a restore whose store hangs in the middle, well before 180 s, and leaves nothing where it was to go',
  { timeout: 90_000 },
  async () => {
    const destination = join(scratch.root, 'hung');
    const harness = createHarness();
    const under = perform(
      operations.restore,
      { cluster: 'main', repository: 'offsite', destination, target: { kind: 'LATEST' } },
      harness,
    );
    under.catch(() => {});
    await waitUntil(() => existsSync(join(destination, 'base')), 30_000);
    process.kill(server.pid, 'SIGSTOP');
    try {
      await expect(under).rejects.toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' });
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    expect(existsSync(destination)).toBe(false);
  },
);
