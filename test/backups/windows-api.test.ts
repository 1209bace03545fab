import { readFileSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { testFleet } from '../support/fleet.ts';
import { createArchived, fileOf, indexOf, type Archived } from './archived.ts';
import { waitUntil } from './scratch.ts';

// The tests of this file are one story, in order, on a whole control plane.

let archived: Archived;
let plane: ControlPlane;
beforeAll(async () => {
  archived = await createArchived(4);
  const { clusters } = archived.scratch.config;
  plane = await createControlPlane(await testFleet(), { adjust: (config) => ({ ...config, clusters }) });
  await plane.start();
}, 180_000);
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await archived.close();
});

interface Answer {
  readonly cluster: {
    readonly name: string;
    readonly recoveryWindow: {
      readonly earliestAt: string | null;
      readonly latestAt: string | null;
      readonly lossWindowSeconds: number | null;
      readonly loss: { readonly bytes: string | null; readonly reason: string };
      readonly gaps: readonly {
        readonly from: string | null;
        readonly to: string | null;
        readonly segments: number;
      }[];
      readonly archiving: { readonly isFailing: boolean; readonly newestStoredSegment: string | null };
      readonly timelines: readonly { readonly id: number; readonly isCurrent: boolean }[];
    } | null;
    readonly recoveryWindows:
      | readonly {
          readonly label: string;
          readonly timeline: number;
          readonly earliestAt: string;
          readonly latestAt: string | null;
          readonly earliestLsn: string;
          readonly isCurrent: boolean;
        }[]
      | null;
  };
}

const WINDOWS = `query ($cluster: String!) { cluster(name: $cluster) { name
  recoveryWindow { earliestAt latestAt lossWindowSeconds loss { bytes reason } gaps { from to timeline segments }
    archiving { isFailing newestStoredSegment } timelines { id isCurrent } }
  recoveryWindows { label timeline earliestAt latestAt earliestLsn isCurrent } } }`;
const ask = (cluster: string) => plane.graphql<Answer>(WINDOWS, { cluster });
const sunday = (...args: readonly string[]) => {
  const { url } = JSON.parse(readFileSync(join(plane.home, 'api.json'), 'utf8')) as { url: string };
  const token = readFileSync(join(plane.home, 'token'), 'utf8').trim();
  return runCli(args, { SUNDAY_URL: url, SUNDAY_TOKEN: token });
};

const LONG = { timeout: 60_000 };

test('gives one window from the first backup to the last archived transaction', LONG, async () => {
  const [full] = await archived.sets();
  const { cluster } = await ask('main');
  expect(cluster.recoveryWindow).toMatchObject({
    earliestAt: full?.finishedAt.toISOString(),
    gaps: [],
    archiving: { isFailing: false },
    timelines: [{ id: 1, isCurrent: true }],
  });
  expect(cluster.recoveryWindow?.lossWindowSeconds).toEqual(expect.any(Number));
  expect(cluster.recoveryWindows).toMatchObject([
    {
      label: full?.label,
      timeline: 1,
      earliestLsn: full?.lsnStop,
      latestAt: cluster.recoveryWindow?.latestAt,
      isCurrent: true,
    },
  ]);
});

test('gives nothing, and no error, for a cluster without a stanza', LONG, async () => {
  expect((await ask('bare')).cluster).toEqual({ name: 'bare', recoveryWindow: null, recoveryWindows: [] });
});

test('judges the loss window in the health of the cluster', LONG, async () => {
  const { checkDatabaseHealth: report } = await plane.graphql<{
    checkDatabaseHealth: { metrics: readonly { name: string; critical: number | null; state: string }[] };
  }>(`{ checkDatabaseHealth(cluster: "main") { metrics { name critical state } } }`);
  expect(report.metrics.find(({ name }) => name === 'loss_window')).toMatchObject({ critical: 300 });
  expect(report.metrics.find(({ name }) => name === 'archive_backlog')).toMatchObject({ state: 'OK' });
});

test('shows a gap, what it costs, and the two windows around it', LONG, async () => {
  const [full, incremental] = await archived.sets();
  unlinkSync(fileOf(join(archived.scratch.root, 'repository'), indexOf(incremental?.walStart) - 2));
  // The last look is kept for a second.
  await waitUntil(async () => (await ask('main')).cluster.recoveryWindow?.gaps.length === 1);
  const { cluster } = await ask('main');
  expect(cluster.recoveryWindows).toMatchObject([
    { label: full?.label, isCurrent: false },
    { label: incremental?.label, isCurrent: true },
  ]);
  expect(cluster.recoveryWindow?.gaps).toEqual([
    {
      timeline: 1,
      segments: 1,
      from: cluster.recoveryWindows?.[0]?.latestAt,
      to: incremental?.finishedAt.toISOString(),
    },
  ]);
});

test('draws it in the terminal, and ends a check with 7', LONG, async () => {
  const { exitCode, stdout, stderr } = await sunday('backups', 'windows', '--cluster', 'main', '--check');
  expect(stderr).toBe('');
  expect(exitCode).toBe(7);
  expect(stdout).toMatch(/^main: 2 windows, one gap\n\nbackups {2}F.*\nlog {6}=+x.*\|\n/);
  expect(stdout).toContain('1 segment missing: ');
  const { stdout: json } = await sunday('backups', 'windows', '--cluster', 'main', '--json');
  expect(JSON.parse(json)).toMatchObject({ cluster: 'main', recoveryWindow: { gaps: [{ segments: 1 }] } });
});

test(
  'of a repository that is gone is null with a typed error; the rest of the answer stands',
  LONG,
  async () => {
    const repository = join(archived.scratch.root, 'repository');
    renameSync(repository, `${repository}-away`);
    try {
      const question = { query: WINDOWS, variables: { cluster: 'main' } };
      // The last look is kept for a second.
      await waitUntil(async () => (await plane.send<Answer>(question)).errors.length > 0);
      const { data, errors } = await plane.send<Answer>(question);
      expect(data?.cluster).toEqual({ name: 'main', recoveryWindow: null, recoveryWindows: null });
      expect(errors.map(({ path, extensions }) => [path?.join('.'), extensions.code])).toEqual([
        ['cluster.recoveryWindow', 'STANZA_MISSING'],
        ['cluster.recoveryWindows', 'STANZA_MISSING'],
      ]);
    } finally {
      renameSync(`${repository}-away`, repository);
    }
  },
);
