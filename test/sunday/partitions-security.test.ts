import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/postgres/pool.ts';
import { raw, sql } from '../../src/postgres/sql.ts';
import { createProductDatabase, type ProductDatabase } from './partitions-database.ts';

const A = '00000000-0000-4000-8000-000000000001';
const B = '00000000-0000-4000-8000-000000000002';

let database: ProductDatabase;
let app: { readonly name: string; readonly db: Database };
beforeAll(async () => {
  database = await createProductDatabase();
  app = await database.createRole();
  const stranger = await database.createRole();
  await run(`
    INSERT INTO organizations (id, name, slug) VALUES ('${A}', 'a', 'a'), ('${B}', 'b', 'b');
    ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${stranger.name};
    GRANT SELECT, INSERT ON activity_log TO ${app.name} WITH GRANT OPTION;
    GRANT UPDATE (details) ON activity_log TO ${app.name};
    GRANT SELECT ON organizations TO ${app.name};
    ALTER TABLE activity_log ENABLE ROW LEVEL SECURITY;
    ALTER TABLE activity_log FORCE ROW LEVEL SECURITY;
    CREATE POLICY "its own" ON activity_log TO ${app.name}, ${stranger.name}
      USING (EXISTS (SELECT FROM organizations WHERE organizations.id = activity_log.organization_id
        AND organizations.id::text = current_setting('app.current_organization_id', true)))
      WITH CHECK (organization_id::text = current_setting('app.current_organization_id', true));
    CREATE POLICY narrow ON activity_log AS RESTRICTIVE FOR SELECT USING (action <> 'hidden');
    SELECT create_monthly_partition('activity_log', '2020-02-29')`);
  await run(`INSERT INTO activity_log (organization_id, action, created_at) VALUES
    ('${A}', 'seen', '2020-02-10'), ('${A}', 'hidden', '2020-02-10'), ('${B}', 'of b', '2020-02-10')`);
});
afterAll(() => database[Symbol.asyncDispose]());

const run = <Row>(text: string) => database.db.rows<Row>(raw(text));
const asA = (text: string) =>
  app.db.transaction(async (tx) => {
    await tx.rows(sql`SELECT set_config('app.current_organization_id', ${A}, true)`);
    return tx.rows(raw(text));
  });

test('lets an application reach the rows of a new leaf through its parent alone', async () => {
  expect(await asA('SELECT action FROM activity_log')).toEqual([{ action: 'seen' }]);
  const insert = (table: string, by: string) =>
    asA(`INSERT INTO ${table} (organization_id, action, created_at) VALUES ('${by}', 'x', '2020-02-11')`);
  await expect(asA('SELECT action FROM activity_log_202002')).rejects.toMatchObject({ code: '42501' });
  await expect(insert('activity_log_202002', A)).rejects.toMatchObject({ code: '42501' });
  await expect(insert('activity_log', B)).rejects.toMatchObject({ code: '42501' });
  expect(await insert('activity_log', A)).toEqual([]);
  await run(`DELETE FROM activity_log WHERE action = 'x'`);
});

test('shows through a new leaf nothing that the parent hides, even to whom somebody grants it', async () => {
  await run(`GRANT SELECT, INSERT ON activity_log_202002 TO ${app.name}`);
  expect(await asA('SELECT action FROM activity_log_202002')).toEqual([{ action: 'seen' }]);
  expect(await app.db.rows(raw('SELECT action FROM activity_log_202002'))).toEqual([]);
  const insert = `INSERT INTO activity_log_202002 (organization_id, action, created_at) VALUES ('${B}', 'x', '2020-02-10')`;
  await expect(asA(insert)).rejects.toMatchObject({ code: '42501' });
  await run(`REVOKE ALL ON activity_log_202002 FROM ${app.name}`);
});

test('copies policies word for word, also those that name their table in a subquery', async () => {
  const policiesOf = async (table: string) => {
    const found = await run<{ policy: string }>(
      `SELECT row(polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))::text AS policy
       FROM pg_policy WHERE polrelid = '${table}'::regclass ORDER BY polname`,
    );
    return found.map((one) => one.policy.replaceAll(`${table}.`, ''));
  };
  const copied = await policiesOf('activity_log_202002');
  expect(copied).toHaveLength(2);
  expect(copied).toEqual(await policiesOf('activity_log'));
  expect(
    await run(`SELECT relrowsecurity, relforcerowsecurity, relnamespace::regnamespace::text AS schema
      FROM pg_class WHERE oid = 'activity_log_202002'::regclass`),
  ).toEqual([{ relrowsecurity: true, relforcerowsecurity: true, schema: 'public' }]);
});

test('gives the leaf to nobody but the owner, whatever the parent and the defaults give', async () => {
  const grants = await run(`SELECT grantee FROM pg_class CROSS JOIN aclexplode(relacl)
      WHERE oid = 'activity_log_202002'::regclass AND grantee <> relowner
    UNION ALL SELECT grantee FROM pg_attribute CROSS JOIN aclexplode(attacl)
      WHERE attrelid = 'activity_log_202002'::regclass`);
  expect(grants).toEqual([]);
});

test('leaves the new leaf to the owner of its parent when a superuser makes it', async () => {
  await database.admin.rows(sql`SELECT create_monthly_partition('activity_log', '2020-03-01')`);
  expect(
    await run(
      `SELECT count(DISTINCT relowner)::int AS owners FROM pg_class WHERE relname IN ('activity_log', 'activity_log_202003', 'activity_log_202003_pkey')`,
    ),
  ).toEqual([{ owners: 1 }]);
});

test('finds nothing in a leaf that it made to differ from the parent', async () => {
  await run(`DO $$ DECLARE leaf regclass; BEGIN
    FOR leaf IN SELECT partition FROM ops.partition_ranges() WHERE parent = 'activity_log'::regclass
      AND partition::text !~ '_2020' LOOP EXECUTE format('DROP TABLE %s', leaf); END LOOP; END $$`);
  expect(
    await run(`SELECT check_name, detail FROM check_partition_health('2020-02-01Z')
      WHERE parent = 'activity_log' AND state <> 'OK' AND check_name NOT IN ('COVERAGE', 'GAPS')`),
  ).toEqual([]);
});

test('asks nothing of the search_path of whoever calls', async () => {
  const made = await database.db.transaction(async (tx) => {
    await tx.rows(
      raw(`CREATE SCHEMA trap; CREATE TABLE trap.pg_class (oid oid, relname name);
      CREATE TABLE trap.organizations (id uuid); SET LOCAL search_path = trap, pg_catalog`),
    );
    return tx.rows(sql`SELECT public.create_monthly_partition('public.activity_log', '2020-05-05') AS name
      , public.get_organization_shard(${A}) AS shard`);
  });
  expect(made).toEqual([{ name: 'activity_log_202005', shard: 'main' }]);
});
