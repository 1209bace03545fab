import { readPassword } from '../../../src/config.ts';
import { type Database, openDatabase } from '../../../src/postgres/pool.ts';
import { identifier, raw, sql } from '../../../src/postgres/sql.ts';
import type { ControlPlane } from '../../support/control-plane.ts';
import type { TestFleet } from '../../support/fleet.ts';

const CUSTOMERS = 5_000;
const ORDERS = 120_000;
const PAUSE_MS = 20;
/** Of an import; the rest stays. */
const DELETED_SHARE = 0.75;
const COUNTED_MS = 30_000;

/** The application whose database gets into trouble. */
export interface Shop extends AsyncDisposable {
  /** Customers look at their orders, again and again. */
  openForBusiness(): void;
  /** Somebody changes an order and forgets to commit; the next one waits. Gives the process of the first. */
  forgetToCommit(): Promise<number>;
  /** An import leaves dead rows behind that nobody removes. */
  importAndDelete(bytes: number): Promise<void>;
  /** More and more clients come and keep their connections. Gives how many sessions there are. */
  storm(clients: number): Promise<number>;
}

export async function openShop(fleet: TestFleet, plane: ControlPlane): Promise<Shop> {
  const [cluster] = fleet.config.clusters;
  const [server] = cluster?.instances ?? [];
  if (cluster === undefined || server === undefined) throw new Error('the fleet has no cluster');
  const password = readPassword(cluster.operator);
  const open = (applicationName: string, maxConnections: number) =>
    openDatabase({
      ...{
        host: server.host,
        port: server.port,
        user: cluster.operator.user,
        database: plane.productDatabase,
      },
      ...(password === undefined ? {} : { password }),
      // It waits for as long as it takes, as many applications do.
      ...{ applicationName, maxConnections, lockTimeoutMs: 600_000, statementTimeoutMs: 600_000 },
    });
  const pools: Database[] = [];
  const pool = (name: string, size: number) => {
    const db = open(name, size);
    pools.push(db);
    return db;
  };
  const closing = new AbortController();
  const underWay: Promise<unknown>[] = [];
  const begin = (work: Promise<unknown>) => {
    work.catch(() => {}); // its session is ended: that is what helps
    underWay.push(work);
  };
  const orders = pool('orders', 4);
  await orders.rows(
    raw(`CREATE TABLE shop_order (id bigint PRIMARY KEY, customer_id int NOT NULL, note text NOT NULL)`),
  );
  await orders.rows(sql`
    INSERT INTO shop_order SELECT id, id % ${CUSTOMERS}, repeat('x', 40) FROM generate_series(1, ${ORDERS}) AS id
  `);
  await orders.rows(raw('ANALYZE shop_order'));
  return {
    openForBusiness() {
      // A p95 is known from 100 calls in a look on: on a busy machine one client does not get there.
      for (let client = 0; client < 2; client++) begin(sell(pool('storefront', 1), closing.signal));
    },
    async forgetToCommit() {
      const first = Promise.withResolvers<number>();
      const forgotten = orders.transaction(async (tx) => {
        const [row] = await tx.rows<{ pid: number }>(sql`
          UPDATE shop_order SET note = 'sent' WHERE id = 1 RETURNING pg_backend_pid() AS pid
        `);
        first.resolve(row?.pid ?? 0);
        await aborted(closing.signal);
      });
      begin(forgotten);
      const pid = await first.promise;
      begin(orders.rows(sql`UPDATE shop_order SET note = 'paid' WHERE id = 1`));
      return pid;
    },
    async importAndDelete(bytes) {
      // What is deleted was counted before the disk is over its limit, or the alert would not know of it.
      await fillTable(orders, 'shop_import', bytes * DELETED_SHARE);
      await orders.rows(raw('DELETE FROM shop_import'));
      await untilCounted(orders, 'shop_import');
      await fillTable(orders, 'shop_archive', bytes * (1 - DELETED_SHARE));
    },
    async storm(clients) {
      const db = pool('checkout', clients);
      const arrived = Array.from({ length: clients }, () => Promise.withResolvers<void>());
      for (const one of arrived)
        begin(
          db.session(async (session) => {
            await session.rows(sql`SELECT 1`);
            one.resolve();
            await aborted(closing.signal);
          }),
        );
      await Promise.all(arrived.map((one) => one.promise));
      return clients;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.allSettled(underWay);
      await Promise.all(pools.map((one) => one.close()));
    },
  };
}

/** Uncompressed, one row for each page. */
async function fillTable(db: Database, name: string, bytes: number): Promise<void> {
  const table = identifier(name);
  await db.rows(sql`CREATE UNLOGGED TABLE ${table} (line text) WITH (autovacuum_enabled = off)`);
  await db.rows(sql`ALTER TABLE ${table} ALTER COLUMN line SET STORAGE PLAIN`);
  await db.rows(sql`
    INSERT INTO ${table} SELECT repeat('x', 8000) FROM generate_series(1, ${Math.ceil(bytes / 8_192)}::int)
  `);
}

async function untilCounted(db: Database, name: string): Promise<void> {
  const deadline = Date.now() + COUNTED_MS;
  for (;;) {
    const [row] = await db.rows<{ dead: number }>(
      sql`SELECT n_dead_tup::int AS dead FROM pg_stat_user_tables WHERE relname = ${name}`,
    );
    if ((row?.dead ?? 0) > 0) return;
    if (Date.now() > deadline) throw new Error(`nobody counts the dead rows of ${name}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function sell(db: Database, signal: AbortSignal): Promise<void> {
  for (let customer = 0; !signal.aborted; customer = (customer + 1) % CUSTOMERS) {
    await db.rows(sql`SELECT count(*), max(note) FROM shop_order WHERE customer_id = ${customer}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
