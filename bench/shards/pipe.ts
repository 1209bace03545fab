import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { belongsTo, listTenantTables, tableName } from '../../src/moves/preflight/tables-probe.ts';
import { identifier, sql, withLiterals } from '../../src/postgres/sql.ts';
import { ORGANIZATION, type TestShard } from '../../test/moves/shards.ts';

/** Parents before children, so that foreign keys hold row by row. */
const FIRST = [
  'organizations',
  'organization_members',
  'workspaces',
  'boards',
  'groups',
  'items',
  'comments',
  'activity_log',
];

/**
 * All rows of the organization through one pipe of COPY on each side; gives rows and seconds.
 * `isChecked`: foreign keys and triggers, as for any writer; else in replica role, as a subscription's workers.
 */
export async function copyThroughPipe(
  a: TestShard,
  b: TestShard,
  isChecked: boolean,
): Promise<{ readonly rows: number; readonly seconds: number }> {
  const tables = (await listTenantTables(a.db)).toSorted(
    (left, right) => placeOf(left.name) - placeOf(right.name),
  );
  const began = performance.now();
  let rows = 0;
  await a.db.session(async (source) => {
    await b.db.session(async (target) => {
      for (const { client } of [source, target]) await client.query('SET statement_timeout = 0');
      if (!isChecked) await target.client.query('SET session_replication_role = replica');
      try {
        for (const table of tables) {
          const columns = table.columns
            .map((one) => identifier(one))
            .reduce((left, right) => sql`${left}, ${right}`);
          const filter = withLiterals(belongsTo(table, ORGANIZATION));
          const reading = source.client.query(
            copyTo(
              `COPY (SELECT ${columns.text} FROM ${tableName(table).text} WHERE ${filter.text}) TO STDOUT`,
            ),
          );
          const writing = target.client.query(
            copyFrom(`COPY ${tableName(table).text} (${columns.text}) FROM STDIN`),
          );
          await pipeline(reading, writing);
          rows += writing.rowCount;
        }
      } finally {
        for (const { client } of [source, target]) await client.query('RESET ALL');
      }
    });
  });
  return { rows, seconds: (performance.now() - began) / 1_000 };
}

function placeOf(name: string): number {
  const place = FIRST.indexOf(name);
  return place === -1 ? FIRST.length : place;
}

/** The second shard has nothing of its own that is needed. */
export async function emptyTables({ db }: TestShard): Promise<void> {
  const tables = await listTenantTables(db);
  const list = tables.map((one) => tableName(one)).reduce((left, right) => sql`${left}, ${right}`);
  await db.rows(sql`/* bench.empty */ TRUNCATE ${list} CASCADE`);
  await db.rows(sql`/* bench.forget */ DELETE FROM ops.tenant_home WHERE organization_id = ${ORGANIZATION}`);
}
