import { randomUUID } from 'node:crypto';
import { createFleet } from '../../src/fleet/registry.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { sql } from '../../src/postgres/sql.ts';
import { createDirectory, type Directory } from '../../src/shards/directory/directory.ts';
import { shardsOf } from '../../src/shards/shards.ts';
import { createSharedTables, type SharedTables } from '../../src/shards/shared/shared.ts';
import { applyFile } from '../sunday/partitions-database.ts';
import { createControlDatabase, createTestEvents } from './control.ts';
import { startOwnFleet, type OwnFleet } from './own-fleet.ts';

/** `main`, `shard-1` and `shard-2` with the product's tables, and a directory that knows both shards. About 9 s. */
export interface ShardedFleet extends AsyncDisposable {
  readonly own: OwnFleet;
  readonly fleet: Fleet;
  /** The control database. */
  readonly control: Database;
  readonly events: ReturnType<typeof createTestEvents>['events'];
  readonly directory: Directory;
  readonly shared: SharedTables;
  /** The product's database of a cluster, as the role that owns it. */
  on(cluster: string): Promise<Database>;
}

const FILES = ['001_init_schema.sql', '004_partitioning_sharding.sql'];

export async function startShardedFleet(): Promise<ShardedFleet> {
  const own = await startOwnFleet({ shards: 2 });
  const fleet = createFleet(own.config);
  await Promise.all(
    fleet.list().map(async ({ name }) => {
      const db = await fleet.primary(name);
      for (const file of FILES) await applyFile(db, file);
    }),
  );
  const database = await createControlDatabase();
  const { events } = createTestEvents(database);
  const directory = createDirectory({ db: database.db, events, fleet });
  await directory.register(shardsOf(own.config.clusters));
  return {
    ...{ own, fleet, control: database.db, events, directory },
    shared: createSharedTables({ fleet, home: 'main' }),
    on: (cluster) => fleet.primary(cluster),
    async [Symbol.asyncDispose]() {
      await events.close();
      await fleet.close();
      await database[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    },
  };
}

/** An organization that is simply there, as an application or a load made it; gives its id. */
export async function createOrganization(db: Database, name: string): Promise<string> {
  const id = randomUUID();
  await db.rows(sql`/* test.createOrganization */
    INSERT INTO organizations (id, name, slug) VALUES (${id}, ${name}, ${name.toLowerCase().replaceAll(' ', '-')})
  `);
  return id;
}
