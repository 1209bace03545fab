import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFleet } from '../../src/fleet/registry.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { stopServer } from '../../src/postgres/server.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { startOwnFleet, type OwnFleet } from '../support/own-fleet.ts';
import { createOrganization } from '../support/sharded-fleet.ts';
import { alertAbove, followRebalance, holdLogBack } from './brakes.ts';
import { runCli } from '../cli/run-cli.ts';
import { applyFile } from '../sunday/partitions-database.ts';

let own: OwnFleet;
let fleet: Fleet;
let plane: ControlPlane;
const organizations: string[] = [];
const ANN = randomUUID();

beforeAll(async () => {
  own = await startOwnFleet({ shards: 2 });
  fleet = createFleet(own.config);
  plane = await createControlPlane(own, {
    adjust: (config) => ({
      ...config,
      // All on the database of the fleet, and without stanzas: no backup is what makes a cluster critical.
      clusters: own.config.clusters.map(({ stanza: _stanza, ...one }) => one),
    }),
  });
  for (const { name } of fleet.list()) {
    const db = await fleet.primary(name);
    for (const file of ['001_init_schema.sql', '004_partitioning_sharding.sql']) await applyFile(db, file);
  }
  const shard = await fleet.primary('shard-1');
  // One row that the home does not have: it goes there, and on to the other shard.
  await shard.rows(sql`INSERT INTO users (id, email, name) VALUES (${ANN}, 'Ann@example.com', 'Ann Lee')`);
  for (const [name, tags] of [
    ['Large', 4_000],
    ['Middle', 2_000],
    ['Small', 1_000],
  ] as const) {
    const id = await createOrganization(shard, name);
    organizations.push(id);
    await shard.rows(sql`INSERT INTO organization_members (organization_id, user_id) VALUES (${id}, ${ANN})`);
    await shard.rows(
      sql`INSERT INTO tags (organization_id, name) SELECT ${id}, 'tag ' || n FROM generate_series(1, ${tags}::int) AS n`,
    );
  }
  await shard.rows(raw('ANALYZE'));
  await plane.start();
}, 120_000);
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await fleet.close();
  await own[Symbol.asyncDispose]();
});

const REFUSAL = '... on UserError { code }';

test('finds the organizations of its shards, and lets both follow the shared tables, by itself', async () => {
  const query = '{ shards { name state organizationCount sharedTables { state } } }';
  await expect
    .poll(async () => (await plane.graphql<{ shards: unknown }>(query)).shards, { timeout: 20_000 })
    .toEqual([
      { name: 'shard-1', state: 'ACTIVE', organizationCount: 3, sharedTables: { state: 'EQUAL' } },
      { name: 'shard-2', state: 'ACTIVE', organizationCount: 0, sharedTables: { state: 'EQUAL' } },
    ]);
});

test('says where organizations live, with their names and sizes, one page at a time', async () => {
  const [large = ''] = organizations;
  const found = await plane.graphql<{ organization: { rows: string } }>(
    `query ($id: ID!, $ids: [String!]!) {
      organization(id: $id) { name rows load { isHot } placement { shardName epoch } }
      organizationShard(id: $id) { shardName }
      routeOrganizations(ids: $ids) { organizationId }
      validateCrossShardOperation(ids: $ids) { isSingleShard unknown }
      organizations(first: 2) { totalCount pageInfo { hasNextPage } }
      searchOrganizations(text: "LARG") { isPartial found { organizationId shard } }
    }`,
    { id: large, ids: organizations },
  );
  expect(found).toMatchObject({
    organization: { name: 'Large', load: { isHot: false }, placement: { shardName: 'shard-1', epoch: '1' } },
    organizationShard: { shardName: 'shard-1' },
    validateCrossShardOperation: { isSingleShard: true, unknown: [] },
    organizations: { totalCount: 3, pageInfo: { hasNextPage: true } },
    searchOrganizations: { isPartial: false, found: [{ organizationId: large, shard: 'shard-1' }] },
  });
  expect(Number(found.organization.rows)).toBeCloseTo(4_001, -2);
});

test('places a new organization where there is less, and tells followers', async () => {
  const id = randomUUID();
  const place = `mutation ($id: String!) { placeOrganization(input: { organization: $id }) {
    ... on PlaceOrganizationSuccess { shard epoch isNew } ${REFUSAL} } }`;
  expect(await plane.graphql(place, { id })).toEqual({
    placeOrganization: { shard: 'shard-2', epoch: '1', isNew: true },
  });
  expect(await plane.graphql(place, { id })).toMatchObject({ placeOrganization: { isNew: false } });
  const changes = await plane.subscribe<{ kind: string; organizationId: string }>(
    'subscription { placementChanges { kind organizationId shard epoch } }',
    {},
    4,
  );
  expect(changes.map((one) => one.kind)).toEqual(['ADOPTED', 'ADOPTED', 'ADOPTED', 'PLACED']);
  expect(changes.at(-1)).toMatchObject({ organizationId: id, shard: 'shard-2', epoch: '1' });
});

test('lets a rebalance wait for its hours, pauses it, lets it go on, and moves nothing when it is cancelled', async () => {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const { planRebalance } = await plane.graphql<{ planRebalance: { plan: { id: string } } }>(
    'mutation { planRebalance(input: { goal: BALANCE_BYTES }) { ... on PlanRebalanceSuccess { plan { id } } } }',
  );
  const window = { from: at(2), to: at(3) };
  const { startRebalance } = await plane.graphql<{ startRebalance: { operation: { id: string } } }>(
    `mutation ($input: StartRebalanceInput!) { startRebalance(input: $input) {
      ... on StartRebalanceSuccess { operation { id } } ${REFUSAL} } }`,
    { input: { plan: planRebalance.plan.id, window } },
  );
  const { id } = startRebalance.operation;
  const LINE = 'query ($id: ID!) { operation(id: $id) { state message children { id } } }';
  const expectState = (expected: Record<string, unknown>) =>
    expect
      .poll(() => plane.graphql(LINE, { id }), { timeout: 30_000 })
      .toMatchObject({ operation: { children: [], ...expected } });
  const waits = { state: 'RUNNING', message: `waits until ${window.from} UTC` };
  await expectState(waits);
  const turn = (command: 'pause' | 'resume') =>
    runCli(['shards', command, id, '--reason', 'a test'], { SUNDAY_HOME: plane.home });
  expect(await turn('pause')).toMatchObject({ exitCode: 0 });
  await expectState({ state: 'RUNNING', message: 'paused' });
  expect(await turn('resume')).toMatchObject({ exitCode: 0 });
  await expectState(waits);
  await plane.graphql(
    `mutation ($id: ID!) { cancelOperation(input: { id: $id }) { __typename ${REFUSAL} } }`,
    { id },
  );
  await expectState({ state: 'CANCELLED' });
}, 90_000);

test('stops a rebalance at a critical alert and at lag, moves nothing then, and carries it out by moves when it is tried again', async () => {
  await alertAbove(plane, 0);
  interface Planned {
    readonly id: string;
    readonly imbalanceBefore: number;
    readonly imbalanceAfter: number;
    readonly moves: { organizationId: string }[];
  }
  const make = `mutation { planRebalance(input: { goal: BALANCE_BYTES }) { ... on PlanRebalanceSuccess {
    plan { id imbalanceBefore imbalanceAfter warnings moves { organizationId from to } } } ${REFUSAL} } }`;
  const { plan } = (await plane.graphql<{ planRebalance: { plan: Planned } }>(make)).planRebalance;
  expect(plan.moves.length).toBeGreaterThan(0);
  expect(plan.imbalanceAfter).toBeLessThan(plan.imbalanceBefore);
  expect(plan).toMatchObject({ warnings: [expect.stringContaining('shard-2: alert: ')] });
  const start = `mutation ($plan: ID!) { startRebalance(input: { plan: $plan }) {
    ... on StartRebalanceSuccess { operation { id } } ${REFUSAL} } }`;
  const begun = await plane.graphql<{ startRebalance: { operation: { id: string } } }>(start, {
    plan: plan.id,
  });
  const { id } = begun.startRebalance.operation;
  const rebalance = followRebalance(plane, id);
  await rebalance.expectStop(1, 'shard-2 is critical: alert: ');
  await alertAbove(plane, 100);
  const letGo = await holdLogBack(plane, { own, fleet });
  await rebalance.retry();
  await rebalance.expectStop(2, 'shard-1 is critical: wal_held_by_slots');
  const PLACE = 'query ($id: ID!) { organizationShard(id: $id) { shardName epoch } }';
  const isAt = async (ids: readonly string[], shardName: string, epoch: string) => {
    for (const id of ids)
      expect(await plane.graphql(PLACE, { id })).toEqual({ organizationShard: { shardName, epoch } });
  };
  await isAt(organizations, 'shard-1', '1');
  await letGo();
  await rebalance.retry();
  await rebalance.expectEnd({ state: 'SUCCEEDED', attempts: 3, error: null });
  const moved = plan.moves.map((one) => one.organizationId);
  await isAt(moved, 'shard-2', '2');
  expect(await plane.graphql(start, { plan: plan.id })).toEqual({
    startRebalance: { code: 'REBALANCE_PLAN_NOT_FOUND' },
  });
  const { exitCode, stderr } = await runCli(['shards', 'pause', id], { SUNDAY_HOME: plane.home });
  expect([exitCode, stderr]).toEqual([5, expect.stringContaining('has ended as SUCCEEDED')]);
}, 240_000);

test('lets a drained shard take nothing more, and says what it does not know', async () => {
  const drained = await plane.graphql(
    `mutation { drainShard(input: { shard: "shard-2" }) { ... on DrainShardSuccess { plan { goal } } ${REFUSAL} } }`,
  );
  expect(drained).toEqual({ drainShard: { plan: { goal: 'DRAIN' } } });
  expect(await plane.graphql('{ shards { name state } }')).toMatchObject({
    shards: [{ state: 'ACTIVE' }, { state: 'DRAINING' }],
  });
  const { routeOrganizations: routes } = await plane.graphql<{ routeOrganizations: { shardName: string }[] }>(
    'query ($ids: [String!]!) { routeOrganizations(ids: $ids) { shardName } }',
    { ids: organizations },
  );
  const move = `mutation ($input: MoveOrganizationInput!) { moveOrganization(input: $input) { ${REFUSAL} } }`;
  const organization = organizations[routes.findIndex(({ shardName }) => shardName === 'shard-1')];
  for (const dryRun of [true, false])
    expect(await plane.graphql(move, { input: { organization, toShard: 'shard-2', dryRun } })).toEqual({
      moveOrganization: { code: 'MOVE_REFUSED' },
    });
  const drain =
    'mutation ($shard: String!) { drainShard(input: { shard: $shard }) { __typename ... on UserError { code } } }';
  for (const [shard, code] of [
    ['nowhere', 'SHARD_NOT_FOUND'],
    ['shard-1', 'LAST_SHARD'],
  ])
    expect(await plane.graphql(drain, { shard })).toMatchObject({ drainShard: { code } });
  expect(await plane.graphql(`mutation { addShard(input: { cluster: "shard-1" }) { ${REFUSAL} } }`)).toEqual({
    addShard: { code: 'SHARD_EXISTS' },
  });
});

test('finds a person on all shards with every organization, and names the shards that hang or are down', async () => {
  const find = async (text: string, timeoutMs = 10_000) => {
    const { searchUsers } = await plane.graphql<{ searchUsers: unknown }>(
      `query ($text: String!, $timeoutMs: Int!) { searchUsers(text: $text, timeoutMs: $timeoutMs) {
        isPartial missing { shard reason }
        found { userId email shards membershipCount memberships { name shard role status } } } }`,
      { text, timeoutMs },
    );
    return searchUsers;
  };
  const { routeOrganizations: routes } = await plane.graphql<{ routeOrganizations: { shardName: string }[] }>(
    'query ($ids: [String!]!) { routeOrganizations(ids: $ids) { shardName } }',
    { ids: organizations },
  );
  const memberships = ['Large', 'Middle', 'Small'].map((name, index) => ({
    ...{ name, shard: routes[index]?.shardName, role: 'member', status: 'active' },
  }));
  const ofOne = memberships.filter(({ shard }) => shard === 'shard-1');
  expect(ofOne.length).toBeLessThan(3); // the rebalance has moved some
  const ann = { userId: ANN, email: 'Ann@example.com' };
  const whole = { ...ann, shards: ['shard-1', 'shard-2'], membershipCount: 3, memberships };
  const half = { ...ann, shards: ['shard-1'], membershipCount: ofOne.length, memberships: ofOne };
  const missing = (reason: unknown) => [{ shard: 'shard-2', reason }];
  for (const text of ['ann@', 'LEE', ANN]) {
    expect(await find(text)).toEqual({ isPartial: false, missing: [], found: [whole] });
  }
  expect(await find('nn@')).toEqual({ isPartial: false, missing: [], found: [] });
  const db = await fleet.primary('shard-2');
  await db.transaction(async (tx) => {
    await tx.rows(raw('LOCK TABLE users'));
    expect(await find('ann', 3_000)).toEqual({
      ...{ isPartial: true, missing: missing('no answer within 3 s'), found: [half] },
    });
  });
  const [instance] = own.config.clusters.find(({ name }) => name === 'shard-2')?.instances ?? [];
  if (!instance?.control) throw new Error('the fleet controls its servers');
  const { dataDirectory } = instance.control;
  await stopServer({ dataDirectory, binaries: own.config.postgresBinaries }, 'immediate');
  await expect
    .poll(() => find('ann'), { timeout: 30_000 })
    .toEqual({
      ...{ isPartial: true, missing: missing(expect.stringContaining('does not answer')), found: [half] },
    });
}, 90_000);
