import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { raw, sql } from '../../src/postgres/sql.ts';
import { mirrorAll } from '../../src/shards/directory/mirror.ts';
import { createOrganization, startShardedFleet, type ShardedFleet } from '../support/sharded-fleet.ts';

let here: ShardedFleet;
beforeAll(async () => {
  here = await startShardedFleet();
  await mirror();
});
afterAll(() => here[Symbol.asyncDispose]());

const mirror = (moving: readonly string[] = []) =>
  mirrorAll({
    ...{ db: here.control, fleet: here.fleet, directory: here.directory },
    listMoving: () => Promise.resolve(new Set(moving)),
  });
const place = (organization: string, more: { shard?: string; region?: string; dryRun?: boolean } = {}) =>
  here.directory.place({ organization, shard: null, region: null, dryRun: false, ...more });
const homesOn = async (cluster: string, organization: string) =>
  (await here.on(cluster)).rows(sql`/* test.home */
    SELECT state, epoch, shard_name AS shard FROM ops.tenant_home WHERE organization_id = ${organization}
  `);

describe('the mirror', () => {
  test('tells each shard who it is', async () => {
    const db = await here.on('shard-2');
    expect(await db.rows(raw('SELECT name, cluster_name, is_local FROM ops.shards ORDER BY name'))).toEqual([
      { name: 'shard-1', cluster_name: 'shard-1', is_local: false },
      { name: 'shard-2', cluster_name: 'shard-2', is_local: true },
    ]);
  });

  test('adopts organizations that nobody has placed, and tells followers', async () => {
    const id = await createOrganization(await here.on('shard-2'), 'Found');
    const reports = await mirror();
    expect(reports).toMatchObject([
      { shard: 'shard-1', state: 'DONE', adopted: 0 },
      { shard: 'shard-2', state: 'DONE', adopted: 1, contradictions: [], reason: null },
    ]);
    expect(await here.directory.find(id)).toMatchObject({ shard: 'shard-2', cluster: 'shard-2', epoch: 1n });
    for await (const one of here.directory.follow(null, AbortSignal.timeout(10_000))) {
      if (one.kind === 'EVENT' && one.change.organization === id) {
        expect(one.change).toEqual({
          organization: id,
          kind: 'ADOPTED',
          shard: 'shard-2',
          from: null,
          epoch: 1n,
        });
        break;
      }
    }
  });

  test('leaves organizations alone that a move holds', async () => {
    const id = await createOrganization(await here.on('shard-2'), 'On its way');
    expect(await mirror([id])).toMatchObject([{ adopted: 0 }, { adopted: 0 }]);
    expect(await here.directory.find(id)).toBeNull();
  });

  test('names organizations that have two homes, and touches neither', async () => {
    const id = await createOrganization(await here.on('shard-1'), 'Twin');
    await mirror();
    await createOrganizationWithId(id);
    expect(await mirror()).toMatchObject([
      { contradictions: [] },
      { contradictions: [id], reason: '1 organizations are writable here and placed elsewhere.' },
    ]);
    expect(await here.directory.find(id)).toMatchObject({ shard: 'shard-1' });
    await (await here.on('shard-2')).rows(sql`/* test.delete */ DELETE FROM organizations WHERE id = ${id}`);
  });

  test('lets in who was placed while the shard was away', async () => {
    const { placement } = await place(randomUUID(), { shard: 'shard-1' });
    const db = await here.on('shard-1');
    await db.rows(
      sql`/* test.lose */ DELETE FROM ops.tenant_home WHERE organization_id = ${placement.organization}`,
    );
    expect(await mirror()).toMatchObject([{ added: 1 }, { added: 0 }]);
    expect(await homesOn('shard-1', placement.organization)).toEqual([
      { state: 'ACTIVE', epoch: 1n, shard: 'shard-1' },
    ]);
  });
});

async function createOrganizationWithId(id: string): Promise<void> {
  await (
    await here.on('shard-2')
  ).rows(sql`/* test.twin */ INSERT INTO organizations (id, name, slug) VALUES (${id}, 'Twin', 'twin')`);
}

describe('placing', () => {
  test('opens the organization on its shard, so that it can be made there at once', async () => {
    const id = randomUUID();
    const { placement, isNew } = await place(id);
    expect([isNew, placement.epoch]).toEqual([true, 1n]);
    expect(await homesOn(placement.shard, id)).toEqual([
      { state: 'ACTIVE', epoch: 1n, shard: placement.shard },
    ]);
    const db = await here.on(placement.shard);
    await db.rows(
      sql`/* test.make */ INSERT INTO organizations (id, name, slug) VALUES (${id}, 'New', 'new')`,
    );
    expect(await db.rows(sql`/* test.enter */ SELECT ops.enter_tenant(${id}, 1) AS epoch`)).toEqual([
      { epoch: 1n },
    ]);
  });

  test('gives the same answer again, also to many that ask at once', async () => {
    const id = randomUUID();
    const answers = await Promise.all([1, 2, 3, 4].map(() => place(id)));
    expect(new Set(answers.map(({ placement }) => placement.shard)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    const shards = await Promise.all(['shard-1', 'shard-2'].map((name) => homesOn(name, id)));
    expect(shards.flat()).toHaveLength(1);
  });

  test('says where it would be without placing it', async () => {
    const id = randomUUID();
    expect(await place(id, { dryRun: true })).toMatchObject({ isNew: true });
    expect(await here.directory.find(id)).toBeNull();
  });

  test('refuses a shard that nobody knows, one that takes none, and a region without a shard', async () => {
    await expect(place(randomUUID(), { shard: 'nowhere' })).rejects.toMatchObject({
      code: 'SHARD_NOT_FOUND',
    });
    await expect(place(randomUUID(), { region: 'eu' })).rejects.toMatchObject({ code: 'SHARDS_FULL' });
    await here.directory.setState('shard-1', 'DRAINING');
    await expect(place(randomUUID(), { shard: 'shard-1' })).rejects.toMatchObject({ code: 'SHARDS_FULL' });
    const { placement } = await place(randomUUID());
    expect(placement.shard).toBe('shard-2');
    await here.directory.setState('shard-1', 'ACTIVE');
  });
});

test('changes what it was told to of a shard, which takes nobody while it is read-only, and leaves one that does', async () => {
  const { update } = here.directory;
  expect(await update('shard-1', { weight: 300, capacityBytes: 10n ** 12n, region: 'eu' })).toMatchObject({
    ...{ name: 'shard-1', state: 'ACTIVE', weight: 300, capacityBytes: 10n ** 12n, region: 'eu' },
  });
  expect(await update('shard-1', { isReadOnly: true })).toMatchObject({ state: 'READ_ONLY', weight: 300 });
  expect((await place(randomUUID())).placement.shard).toBe('shard-2');
  await expect(update('shard-2', { isReadOnly: true, weight: 1 })).rejects.toMatchObject({
    code: 'LAST_SHARD',
  });
  expect(await here.directory.getShard('shard-2')).toMatchObject({ state: 'ACTIVE', weight: 100 });
  const back = await update('shard-1', {
    ...{ isReadOnly: false, weight: 100 },
    capacityBytes: null,
    region: null,
  });
  expect(back).toMatchObject({ state: 'ACTIVE', weight: 100, capacityBytes: null, region: null });
  await expect(update('nowhere', { weight: 1 })).rejects.toMatchObject({ code: 'SHARD_NOT_FOUND' });
});

describe('flipping', () => {
  test('raises the epoch once, and refuses whoever comes second', async () => {
    const id = randomUUID();
    const { placement } = await place(id, { shard: 'shard-1' });
    const change = { organization: id, from: placement.shard, to: 'shard-2', expectedEpoch: 1n };
    const tries = await Promise.allSettled([here.directory.flip(change), here.directory.flip(change)]);
    expect(tries.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(tries.find((one) => one.status === 'rejected')?.reason).toMatchObject({
      code: 'PLACEMENT_CHANGED',
    });
    expect(await here.directory.find(id)).toMatchObject({ shard: 'shard-2', epoch: 2n });
    await expect(here.directory.flip({ ...change, organization: randomUUID() })).rejects.toMatchObject({
      code: 'ORGANIZATION_NOT_FOUND',
    });
  });

  test('is told to followers in the order in which it happened, and once', async () => {
    const id = randomUUID();
    await place(id, { shard: 'shard-1' });
    await here.directory.flip({ organization: id, from: 'shard-1', to: 'shard-2', expectedEpoch: 1n });
    await here.directory.flip({ organization: id, from: 'shard-2', to: 'shard-1', expectedEpoch: 2n });
    const seen: bigint[] = [];
    for await (const one of here.directory.follow(null, AbortSignal.timeout(10_000))) {
      if (one.kind === 'EVENT' && one.change.organization === id) seen.push(one.change.epoch);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([1n, 2n, 3n]);
  });
});

test('says which organizations of a piece of work live together', async () => {
  const ids = await Promise.all(
    [randomUUID(), randomUUID()].map(
      async (id) => (await place(id, { shard: 'shard-1' })).placement.organization,
    ),
  );
  const other = (await place(randomUUID(), { shard: 'shard-2' })).placement.organization;
  const unknown = randomUUID();
  expect(await here.directory.validate(ids)).toMatchObject({ isSingleShard: true, unknown: [] });
  expect(await here.directory.validate([...ids, other, unknown, other])).toEqual({
    isSingleShard: false,
    parts: [
      { shard: 'shard-1', organizations: ids.toSorted() },
      { shard: 'shard-2', organizations: [other] },
    ],
    unknown: [unknown],
  });
});

test('registers a cluster once, and only one that is known', async () => {
  const more = { weight: 50, capacityBytes: null, region: 'eu' };
  await expect(here.directory.add({ ...more, name: 'shard-1', cluster: 'shard-1' })).rejects.toMatchObject({
    code: 'SHARD_EXISTS',
  });
  await expect(here.directory.add({ ...more, name: 'x', cluster: 'x' })).rejects.toMatchObject({
    code: 'CLUSTER_NOT_FOUND',
  });
});
