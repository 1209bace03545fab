import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from '../../src/postgres/sql.ts';
import { createShardClient, type Request, type Route } from '../../src/shard-client.ts';
import { startShardedFleet, type ShardedFleet } from '../support/sharded-fleet.ts';

let here: ShardedFleet;
beforeAll(async () => {
  here = await startShardedFleet();
});
afterAll(() => here[Symbol.asyncDispose]());

/** Answers as the API does, from the directory itself. */
function createRequest() {
  const asked: unknown[] = [];
  const request: Request = async (_document, { ids }) => {
    asked.push(ids);
    const found = await here.directory.findMany(ids as readonly string[]);
    const routes = found.flatMap((one) =>
      one === null
        ? []
        : [
            {
              organizationId: one.organization,
              shardName: one.shard,
              cluster: one.cluster,
              epoch: `${one.epoch}`,
            },
          ],
    );
    return { routeOrganizations: routes };
  };
  return { asked, request };
}
const enter = async ({ cluster, organizationId, epoch, shardName }: Route) => {
  await (
    await here.on(cluster)
  ).rows(sql`/* test.enter */ SELECT ops.enter_tenant(${organizationId}, ${epoch})`);
  return shardName;
};
const place = async () => {
  const organization = randomUUID();
  await here.directory.place({ organization, shard: 'shard-1', region: null, dryRun: false });
  return organization;
};

test('asks once, and finds an organization again that has moved meanwhile', async () => {
  const { asked, request } = createRequest();
  const client = createShardClient({ request });
  const organization = await place();
  expect([await client.run(organization, enter), await client.run(organization, enter)]).toEqual([
    'shard-1',
    'shard-1',
  ]);
  expect(asked).toHaveLength(1);
  const [from, to] = [await here.on('shard-1'), await here.on('shard-2')];
  await from.rows(
    sql`UPDATE ops.tenant_home SET state = 'GONE', epoch = 2 WHERE organization_id = ${organization}`,
  );
  const waiting = client.run(organization, enter);
  await here.directory.flip({ organization, from: 'shard-1', to: 'shard-2', expectedEpoch: 1n });
  await to.rows(sql`INSERT INTO ops.tenant_home (organization_id, epoch) VALUES (${organization}, 2)`);
  expect(await waiting).toBe('shard-2');
});

test('gives up on one that nobody lets in, and says what the shard said', async () => {
  const client = createShardClient({ request: createRequest().request, deadlineMs: 50 });
  const organization = await place();
  await (
    await here.on('shard-1')
  ).rows(sql`UPDATE ops.tenant_home SET state = 'MOVING' WHERE organization_id = ${organization}`);
  await expect(client.run(organization, enter)).rejects.toMatchObject({ code: 'SD001' });
});

test('says that it does not know an organization, and forgets what a change has outdated', async () => {
  const { asked, request } = createRequest();
  const client = createShardClient({ request });
  await expect(client.run(randomUUID(), enter)).rejects.toMatchObject({ name: 'UnknownOrganizationError' });
  const organization = await place();
  await client.find(organization);
  client.learn({ organizationId: organization, epoch: 1n });
  await client.find(organization);
  client.learn({ organizationId: organization, epoch: 2n });
  await client.find(organization);
  expect(asked).toHaveLength(3);
});
