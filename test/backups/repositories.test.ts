import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StanzaConfig } from '../../src/config.ts';
import { applyRepositories } from '../../src/backups/repositories/apply.ts';
import { checkBucket } from '../../src/backups/repositories/checks.ts';
import { sql } from '../../src/postgres/sql.ts';
import { listDifferingRepositories, REPOSITORIES } from '../../src/config/repository-settings.ts';
import { runCli } from '../cli/run-cli.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { testFleet } from '../support/fleet.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import { createScratch, type Scratch, waitUntil } from './scratch.ts';
import { withBucket } from './two-repositories.ts';

// The tests of this file are one story, in order, on a whole control plane.

let scratch: Scratch;
let server: S3Server;
let plane: ControlPlane;
beforeAll(async () => {
  scratch = await createScratch();
  server = await startS3Server(scratch.root);
  await scratch.admin.rows(
    sql`CREATE TABLE big AS SELECT g AS id, md5(g::text) || md5((g * 3)::text) AS body FROM generate_series(1, 300000) AS g`,
  );
  await applyRepositories(withBucket(scratch.root, scratch.stanza, server)); // the one that the server archives with
  const slow = scratch.variant('slow', { 'compress-level': '3', 'process-max': '1' });
  const stanza: StanzaConfig = withBucket(scratch.root, slow, server);
  const [main, ...others] = scratch.config.clusters;
  if (main === undefined) throw new Error('there is no cluster');
  const clusters = [{ ...main, stanza }, ...others];
  plane = await createControlPlane(await testFleet(), { adjust: (config) => ({ ...config, clusters }) });
  await plane.start();
}, 180_000);
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await server.kill();
  await scratch.close();
});

interface Answer {
  readonly cluster: {
    readonly repositories: readonly {
      readonly name: string;
      readonly encrypted: boolean;
      readonly reachable: boolean | null;
      readonly problem: string | null;
      readonly bytes: string | null;
      readonly objects: number | null;
      readonly checks: readonly {
        readonly name: string;
        readonly state: string;
        readonly reason: string | null;
      }[];
    }[];
  };
}

const ask = async () =>
  (
    await plane.graphql<Answer>(`{ cluster(name: "main") { repositories { name type encrypted isDefault reachable
      problem latencyMs bytes objects isCountComplete checks { name state found expected reason } } } }`)
  ).cluster.repositories;
const sunday = (...args: readonly string[]) => {
  const { url } = JSON.parse(readFileSync(join(plane.home, 'api.json'), 'utf8')) as { url: string };
  const token = readFileSync(join(plane.home, 'token'), 'utf8').trim();
  return runCli(args, { SUNDAY_URL: url, SUNDAY_TOKEN: token });
};
/** Each look starts programs: not too many of them beside a backup. */
const waitSlowly = (isThere: () => Promise<boolean>) =>
  waitUntil(async () => (await isThere()) || (await sleep(500, false)), 90_000);

test('a worker makes the file name the repositories of sunday.yaml; both are shown with what they hold', async () => {
  await waitUntil(async () => {
    const found = await ask();
    return (
      found.length === 2 &&
      found.every(({ checks }) => checks.some((one) => one.name === 'settings' && one.state === 'PASSED'))
    );
  }, 30_000);
  const [local, offsite] = await ask();
  expect(local).toMatchObject({
    name: 'local',
    type: 'DIRECTORY',
    encrypted: true,
    isDefault: true,
    reachable: true,
  });
  expect(offsite).toMatchObject({
    name: 'offsite',
    type: 'BUCKET',
    encrypted: true,
    isDefault: false,
    reachable: true,
  });
  expect(offsite?.objects).toBeGreaterThan(0);
  expect(BigInt(offsite?.bytes ?? 0)).toBeGreaterThan(0n);
}, 60_000);

test('a question that the store does not know is UNKNOWN with its reason', async () => {
  const offsite = (await ask())[1];
  const states = new Map(offsite?.checks.map(({ name, state }) => [name, state]));
  expect(states.get('encryption')).toBe('PASSED');
  expect(states.get('tls')).toBe('PASSED');
  expect(states.get('object lock')).toBe('UNKNOWN');
  expect(states.get('lifecycle')).toBe('UNKNOWN');
  expect(offsite?.checks.find(({ name }) => name === 'lifecycle')?.reason).toContain('does not support');
});

test('a backup that is being made stands in the list, with its operation and repository', async () => {
  interface Started {
    readonly startBackup: { readonly operation: { readonly id: string } };
  }
  const started =
    await plane.graphql<Started>(`mutation { startBackup(input: { cluster: "main", repository: "offsite" })
    { ... on StartBackupSuccess { operation { id } } ... on UserError { code message } } }`);
  interface Listed {
    readonly cluster: {
      readonly backups: {
        readonly edges: readonly {
          readonly node: Readonly<Record<string, unknown>> & { readonly state: string };
        }[];
      };
    };
  }
  const list = async () =>
    (
      await plane.graphql<Listed>(`{ cluster(name: "main") { backups(first: 5) { edges { node { label state type
        repository finishedAt takenFrom { role reason } operation { id state } } } } } }`)
    ).cluster.backups.edges.map(({ node }) => node);
  await waitSlowly(async () => (await list()).some(({ state }) => state === 'RUNNING'));
  const [running] = await list();
  const { id } = started.startBackup.operation;
  expect(running).toMatchObject({ repository: 'offsite', type: 'FULL', finishedAt: null, takenFrom: null });
  expect(running).toMatchObject({ state: 'RUNNING', operation: { id, state: 'RUNNING' } });
  await waitSlowly(async () => (await list()).some(({ state }) => state === 'COMPLETE'));
  const [made] = await list();
  expect(made).toMatchObject({
    ...{ label: running?.['label'], state: 'COMPLETE', repository: 'offsite', operation: { id } },
    takenFrom: { role: 'PRIMARY', reason: 'there is no standby' },
  });
}, 200_000);

test('the CLI lists and checks repositories, and says 7 for one that is away', async () => {
  const listed = await sunday('repositories', 'list', '--cluster', 'main');
  expect(listed.stdout).toMatch(/local \(default\) .*yes +yes/);
  const checked = await sunday('repositories', 'check', 'offsite', '--cluster', 'main');
  expect(checked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('versioning') as string });
  const unknown = await sunday('repositories', 'check', 'nowhere', '--cluster', 'main');
  expect(unknown.exitCode).toBe(3);
  await server.kill();
  await waitUntil(async () => (await ask())[1]?.reachable === false, 30_000);
  const away = await sunday('repositories', 'check', '--cluster', 'main');
  expect(away.exitCode).toBe(7);
}, 90_000);

test('refuses a repository without a passphrase unless the configuration says why', () => {
  const problems = (one: object) =>
    REPOSITORIES.safeParse([{ name: 'local', path: '/srv/repository', ...one }]).error?.issues.map(
      ({ message }) => message,
    ) ?? [];
  expect(problems({})).toEqual([expect.stringContaining('would not be encrypted')]);
  expect(problems({ encryption: 'none' })).toEqual(['encryption: none needs unencryptedBecause']);
  expect(problems({ encryption: 'none', unencryptedBecause: 'the disk itself is encrypted' })).toEqual([]);
  expect(problems({ type: 's3', passphraseFile: '/p' })).toEqual([
    'a repository of type s3 has a prefix, not a path',
    'a repository of type s3 needs endpoint',
    'a repository of type s3 needs bucket',
    'a repository of type s3 needs accessKeyFile or accessKeyVariable',
    'a repository of type s3 needs secretKeyFile or secretKeyVariable',
  ]);
});

test('refuses clusters that share a pgbackrest.conf and name other repositories', () => {
  const passphraseFile = '/secrets/passphrase';
  const repositories = REPOSITORIES.parse([{ name: 'local', path: '/srv/repository', passphraseFile }]);
  const on = (configFile: string, named: object) => ({ stanza: { configFile, ...named } });
  const shared = on('/etc/one.conf', { repositories });
  expect(listDifferingRepositories([shared, {}, shared, on('/etc/two.conf', {})])).toEqual([]);
  expect(listDifferingRepositories([{}, shared, on('/etc/one.conf', {})])).toEqual([
    'clusters[2].stanza.repositories: clusters[1] has the same configFile and other repositories',
  ]);
});

test('judges what a bucket says about itself', () => {
  const known = <Value>(value: Value) => ({ isKnown: true as const, value });
  const rule = { id: 'tidy', deletesVersionsAfterDays: null, freezesAfterDays: null, deletesAfterDays: 30 };
  const states = (rules: readonly { prefix: string }[], publicAccess: readonly string[] = []) =>
    checkBucket(
      {
        ...{ isVersioned: known(false), objectLock: known(null), encryption: known('AES256') },
        publicAccess: known(publicAccess),
        rules: known(rules.map((one) => ({ ...rule, ...one }))),
      },
      'pg/main',
    ).map(({ name, state }) => `${name}: ${state}`);
  expect(states([{ prefix: 'logs/' }])).toEqual([
    'versioning: WARNING',
    'object lock: WARNING',
    'encryption by the store: PASSED',
    'public access: PASSED',
    'lifecycle: PASSED',
  ]);
  for (const prefix of ['', 'pg/', 'pg/main/archive/'])
    expect(states([{ prefix }])).toContain('lifecycle: FAILED');
  expect(states([], ['its policy is public'])).toContain('public access: FAILED');
});
