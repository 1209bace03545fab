import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { createFleet } from '../../src/fleet/registry.ts';
import { openDatabase } from '../../src/postgres/pool.ts';
import { identifier, raw, sql } from '../../src/postgres/sql.ts';
import { type ControlPlane, createControlPlane } from '../support/control-plane.ts';
import { openControlDatabase, type OwnFleet, startOwnFleet } from '../support/own-fleet.ts';
import { createOperator, type Operator } from '../support/operator.ts';
import { createOrganization } from '../support/sharded-fleet.ts';
import { applyFile } from '../sunday/partitions-database.ts';
import { runCli } from '../cli/run-cli.ts';

let own: OwnFleet;
let fleet: Fleet;
let plane: ControlPlane;
let operator: Operator;
let organization: string;

beforeAll(async () => {
  own = await startOwnFleet({ shards: 2 });
  fleet = createFleet(own.config);
  plane = await createControlPlane(own, {
    adjust: (config) => ({
      ...config,
      clusters: config.clusters.map((one) => (one.name === 'main' ? one : { ...one, database: 'sunday' })),
      sharedTablesHome: 'shard-1',
    }),
  });
  for (const name of ['shard-1', 'shard-2']) {
    const db = await fleet.primary(name);
    for (const file of ['001_init_schema.sql', '003_data_integrity.sql', '004_partitioning_sharding.sql'])
      await applyFile(db, file);
  }
  const shard = await fleet.primary('shard-1');
  organization = await createOrganization(shard, 'Mover');
  await shard.rows(
    sql`INSERT INTO tags (organization_id, name) SELECT ${organization}::uuid, 'tag ' || n FROM generate_series(1, 500) AS n`,
  );
  await plane.start();
  operator = createOperator(plane);
}, 120_000);
afterAll(async () => {
  await plane?.[Symbol.asyncDispose]();
  await fleet?.close();
  await own?.[Symbol.asyncDispose]();
});

const rowsOn = async (shard: string) => {
  const [row] = await (
    await fleet.primary(shard)
  ).rows<{ rows: bigint }>(sql`SELECT count(*) AS rows FROM tags WHERE organization_id = ${organization}`);
  return Number(row?.rows ?? 0n);
};

test('plans a move, makes it, shows it and reverses it through the API', async () => {
  await expect
    .poll(
      async () =>
        await plane.graphql(`query ($id: ID!) { organizationShard(id: $id) { shardName } }`, {
          id: organization,
        }),
      { timeout: 60_000 },
    )
    .toEqual({ organizationShard: { shardName: 'shard-1' } });
  // The tables that all shards share have to be there first, or the check of references fails.
  const plan = async () =>
    (
      await plane.graphql<{
        moveOrganization: {
          plan?: { isPossible: boolean; checks: { name: string; state: string; detail: string }[] };
        };
      }>(
        `mutation ($input: MoveOrganizationInput!) { moveOrganization(input: $input) {
          ... on MoveOrganizationSuccess { plan { isPossible rows checks { name state detail } } } ... on UserError { code message } } }`,
        { input: { organization, toShard: 'shard-2', dryRun: true } },
      )
    ).moveOrganization;
  await expect
    .poll(async () => (await plan()).plan?.checks.filter(({ state }) => state === 'FAILED'), {
      timeout: 60_000,
    })
    .toEqual([]);
  const wanted = { organization, toShard: 'shard-2', pauseBudgetMs: 5_000, idempotencyKey: 'there' };
  const ended = await operator.finish('moveOrganization', wanted);
  expect(ended.error).toBeNull();
  expect(ended).toMatchObject({ state: 'SUCCEEDED', result: { state: 'REVERSIBLE' } });
  expect(await rowsOn('shard-2')).toBe(500);
  const { organizationMoves } = await plane.graphql<{ organizationMoves: unknown }>(
    `query ($organization: ID!) { organizationMoves(organization: $organization) { totalCount edges { node {
      fromShard toShard state fractionCopied verifications { isAfterCutover isEqual } operation { id } } } } }`,
    { organization },
  );
  expect(organizationMoves).toMatchObject({
    totalCount: 1,
    edges: [
      {
        node: {
          ...{ fromShard: 'shard-1', toShard: 'shard-2', state: 'REVERSIBLE', fractionCopied: 1 },
          verifications: [
            { isAfterCutover: false, isEqual: true },
            { isAfterCutover: true, isEqual: true },
          ],
          operation: { id: ended.id },
        },
      },
    ],
  });
  expect(await operator.ask('abortOrganizationMove', { id: ended.id })).toMatchObject({ code: 'MOVE_STATE' });
  expect(await operator.ask('cutoverOrganizationMove', { id: 'x' })).toMatchObject({
    code: 'MOVE_NOT_FOUND',
  });
  const back = { id: ended.id, idempotencyKey: 'back' };
  const reversed = await operator.finish('reverseOrganizationMove', back);
  expect(reversed).toMatchObject({ state: 'SUCCEEDED', result: { state: 'REVERSED' } });
  expect([await rowsOn('shard-1'), await rowsOn('shard-2')]).toEqual([500, 0]);
  // Who lost the answers asks again, and moves nothing by it.
  expect(await operator.ask('moveOrganization', wanted)).toMatchObject({ operation: { id: ended.id } });
  expect(await operator.ask('reverseOrganizationMove', back)).toMatchObject({
    operation: { id: reversed.id },
  });
  expect(await operator.ask('moveOrganization', { ...wanted, pauseBudgetMs: 4_000 })).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
}, 180_000);

test('moves, shows and completes from the command line', async () => {
  const sunday = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await runCli(['organizations', ...args], {
      SUNDAY_HOME: plane.home,
    });
    return { exitCode, text: stdout + stderr };
  };
  const planned = await sunday('move', organization, '--to', 'shard-2', '--dry-run');
  expect(planned.exitCode).toBe(0);
  expect(planned.text).toContain('shard-1 to shard-2, 501 rows: possible');
  expect((await sunday('move', organization, '--to', 'nowhere')).exitCode).toBe(3);
  const moved = await sunday('move', organization, '--to', 'shard-2', '--pause-budget', '5000', '--json');
  expect(moved.exitCode).toBe(0);
  const { stdout } = await runCli(['organizations', 'moves', '--json'], { SUNDAY_HOME: plane.home });
  const { moves } = JSON.parse(stdout) as { moves: readonly { id: string; state: string }[] };
  expect(moves.map(({ state }) => state)).toEqual(['REVERSIBLE', 'REVERSED']);
  const id = moves[0]?.id ?? '';
  const shown = await sunday('moves', id);
  expect(shown.text).toMatch(/way +shard-1 to shard-2/);
  expect(shown.text).toMatch(/compared after the cutover +.*: 501 rows of \d+ tables: equal/);
  expect((await sunday('cutover', id)).exitCode).toBe(5);
  await loseProof();
  const refused = await sunday('complete', id);
  expect(refused.exitCode).toBe(7);
  expect(refused.text).toContain('MOVE_UNPROVEN');
  expect((await sunday('complete', id, '--accept-differences')).exitCode).toBe(0);
  expect([await rowsOn('shard-1'), await rowsOn('shard-2')]).toEqual([0, 500]);
  expect(await sunday('leftovers')).toMatchObject({ exitCode: 0, text: 'nothing is left of any move\n' });
  const check = () =>
    operator.finish('runMaintenanceTask', { cluster: 'shard-2', task: 'MOVE_LEFTOVER_CHECK' });
  expect(await check()).toMatchObject({ state: 'SUCCEEDED', result: { findings: [] } });
  const move = Buffer.from(id, 'base64').toString().split(':')[1] ?? '';
  const publication = `sunday_move_${move.replaceAll('-', '')}`;
  await (await fleet.primary('shard-2')).rows(raw(`CREATE PUBLICATION ${publication}`));
  expect((await check()).result).toMatchObject({
    findings: [
      {
        ...{ severity: 'WARNING', subject: `publication ${publication}` },
        message: `of the move ${move}, which has ended`,
      },
    ],
    lookedAt: [expect.stringMatching(/on shard-2$/)],
  });
}, 120_000);

/** The way back is gone, and what was proven after the cutover is forgotten. */
async function loseProof(): Promise<void> {
  const login = await fleet.moverLogin('shard-1');
  const source = openDatabase({ ...login, applicationName: 'sunday-test' });
  const [stream] = await source.rows<{ name: string }>(
    sql`SELECT subname::text AS name FROM pg_subscription WHERE starts_with(subname, 'sunday_move_')`,
  );
  const subscription = identifier(stream?.name ?? '');
  await source.rows(sql`ALTER SUBSCRIPTION ${subscription} DISABLE`);
  await source.rows(sql`ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`);
  await source.rows(sql`DROP SUBSCRIPTION ${subscription}`);
  await source.close();
  await using control = openControlDatabase(own, plane.controlDatabase);
  await control.rows(sql`UPDATE organization_move SET verifications = '[]' WHERE finished_at IS NULL`);
}
