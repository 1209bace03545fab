import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { createBackupOperations } from '../../src/backups/backups.ts';
import { createCatalogue } from '../../src/backups/catalogue.ts';
import { listArchive } from '../../src/backups/pgbackrest/pgbackrest.ts';
import { applyRepositories, isApplied } from '../../src/backups/repositories/apply.ts';
import { readFleetFile, type StanzaConfig } from '../../src/config.ts';
import { readRepositoriesFile } from '../../src/config/repositories-file.ts';
import { type EmbeddedFleet, startEmbeddedFleet } from '../../src/fleet/embedded/start.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { sql } from '../../src/postgres/sql.ts';
import { runPrefix } from '../support/abandoned.ts';
import { createControlDatabase } from '../support/control.ts';
import { fleetAt, openOnFleet } from '../support/fleet.ts';
import { type S3Server, startS3Server, S3_KEY } from '../support/s3-server.ts';
import { perform } from './harness.ts';
import { waitUntil } from './scratch.ts';

// The tests of this file are one story, in order: an embedded fleet with a shard gets a bucket by one setting.

let root: string;
let home: string;
let server: S3Server;
let fleet: EmbeddedFleet;
let file: string;

beforeAll(async () => {
  root = mkdtempSync(runPrefix());
  home = join(root, 'fleet');
  server = await startS3Server(root);
  file = writeRepositories({});
  fleet = await start();
}, 120_000);
afterAll(async () => {
  await fleet.stop();
  await server.kill();
  rmSync(root, { recursive: true, force: true });
});

/** The file that SUNDAY_REPOSITORIES names, with something changed. */
function writeRepositories(changed: object): string {
  const secret = (name: string, value: string) => {
    const path = join(root, name);
    writeFileSync(path, value, { mode: 0o600 });
    return path;
  };
  const path = join(root, 'repositories.yaml');
  const offsite = {
    ...{ name: 'offsite', type: 's3', endpoint: server.endpoint, bucket: server.bucket, prefix: 'pg' },
    ...{ uriStyle: 'path', caFile: server.caFile, passphraseFile: secret('passphrase', 'of-the-bucket') },
    accessKeyFile: secret('access', S3_KEY.accessKey),
    secretKeyFile: secret('key', S3_KEY.secretKey),
    ...changed,
  };
  writeFileSync(path, stringify([offsite]));
  return path;
}

function start(): Promise<EmbeddedFleet> {
  const repositories = readRepositoriesFile(file);
  return startEmbeddedFleet({
    home,
    log: () => {},
    options: { profile: 'passing', shards: 1, repositories },
  });
}

const stanzas = () => readFleetFile(fleet.fleetFile).clusters.flatMap(({ stanza }) => stanza ?? []);
const text = () => readFileSync(join(home, 'pgbackrest.conf'), 'utf8');
/** Segments of the first archive in a repository. */
const archived = (stanza: StanzaConfig, repository: number) =>
  listArchive(stanza, { archiveId: '15-1', repository });

test('names the directory and the bucket for every cluster, and archives to the directory until stanzas are made', () => {
  expect(stanzas().map(({ repositories }) => repositories?.map(({ name }) => name))).toEqual([
    ['local', 'offsite'],
    ['local', 'offsite'],
  ]);
  expect(text()).not.toContain('repo2-');
});

test('makes the stanzas of all clusters in the bucket before the file that they share names it', async () => {
  const [main, shard] = stanzas();
  if (main === undefined || shard === undefined) throw new Error('there are two stanzas');
  expect([isApplied(main), isApplied(shard)]).toEqual([false, false]);
  expect(await applyRepositories(main, [shard])).toBe('applied');
  expect([isApplied(main), isApplied(shard)]).toEqual([true, true]);
  expect(readdirSync(join(server.objects, 'pg', 'archive')).toSorted()).toEqual(['main', 'shard-1']);
});

test('takes encrypted backups into the bucket over TLS, of any cluster, and keeps log in both places', async () => {
  await using control = await createControlDatabase();
  const config = readFleetFile(fleet.fleetFile);
  const ours = createFleet(config);
  try {
    const { postgresBinaries, runDirectory } = config;
    const operations = createBackupOperations({
      ...{ fleet: ours, db: control.db, postgresBinaries, runDirectory, protectedDirectories: [home] },
    });
    const wanted = { cluster: 'shard-1', type: 'FULL', repository: 'offsite', verify: true } as const;
    const made = await perform(operations.start, wanted);
    expect(made).toMatchObject({ repository: 'offsite', type: 'FULL' });
    expect(made.filesVerified).toBeGreaterThan(0);
    const [sets] = await createCatalogue({ fleet: ours, db: control.db }).listByCluster(['shard-1']);
    if (sets === undefined || sets instanceof Error) throw sets ?? new Error('no list');
    expect(sets).toMatchObject([{ label: made.label, repositoryKey: 2, isEncrypted: true }]);
    const [, shard] = stanzas();
    if (shard === undefined) throw new Error('there is a shard');
    const [local, offsite] = await Promise.all([archived(shard, 1), archived(shard, 2)]);
    expect(offsite.length).toBeGreaterThan(0);
    expect(local).toEqual(expect.arrayContaining([...offsite]));
  } finally {
    await ours.close();
  }
}, 120_000);

test('names both from the start of a later start, so that no log is missing in the bucket', async () => {
  await fleet.stop();
  fleet = await start();
  expect(text()).toContain(`repo2-s3-bucket=${server.bucket}\n`);
  const [main] = stanzas();
  if (main === undefined) throw new Error('there is a stanza');
  expect(await applyRepositories(main)).toBe('unchanged');
  const admin = openOnFleet(fleetAt(home), 'superuser');
  try {
    const [row] = await admin.rows<{ segment: string }>(
      sql`SELECT pg_walfile_name(pg_switch_wal()) AS segment FROM pg_create_restore_point('later')`,
    );
    await waitUntil(async () => (await archived(main, 2)).includes(row?.segment ?? ''), 60_000);
  } finally {
    await admin.close();
  }
}, 120_000);

test('refuses a file with every problem of it before anything is booted', () => {
  const refused = (changed: object) => {
    try {
      readRepositoriesFile(writeRepositories(changed));
    } catch (error) {
      return (error as { problems?: readonly string[] }).problems;
    }
    return [];
  };
  expect(refused({ name: 'local', caFile: '/nowhere/ca.pem' })).toEqual([
    "[0].name: local is the fleet's own directory",
    '[0].caFile: /nowhere/ca.pem does not exist',
  ]);
  expect(refused({ passphraseFile: undefined })).toEqual([
    expect.stringContaining('it would not be encrypted'),
  ]);
});
