import type { TestShard } from './shards.ts';

/** Something of a move that was left behind, as the check for it must name it. */
export interface Stray {
  readonly kind: string;
  readonly name: string;
  /** Null where a name does not tell. */
  readonly moveId: string | null;
}

/** One of every kind that the move `id` could leave on a shard, made by hand, in the order in which they are listed. */
export async function leaveBehind(
  shard: TestShard,
  id: string,
): Promise<{ readonly strays: readonly Stray[]; readonly remove: () => Promise<void> }> {
  const name = `sunday_move_${id.replaceAll('-', '')}`;
  const createSlot = (of: string) => `SELECT pg_create_logical_replication_slot('${of}', 'pgoutput')`;
  const dropSlot = (of: string) => `SELECT pg_drop_replication_slot('${of}')`;
  const all: readonly (Stray & { readonly make: string; readonly remove: string })[] = [
    {
      ...{ kind: 'COPY_SLOT', name: 'pg_1_sync_1_1', moveId: null },
      ...{ make: createSlot('pg_1_sync_1_1'), remove: dropSlot('pg_1_sync_1_1') },
    },
    {
      ...{ kind: 'FENCE', name: id, moveId: null },
      make: `INSERT INTO ops.tenant_home (organization_id, state) VALUES ('${id}', 'INCOMING')`,
      remove: `DELETE FROM ops.tenant_home WHERE organization_id = '${id}'`,
    },
    {
      ...{ kind: 'FUNCTION', name, moveId: id },
      make: `CREATE FUNCTION ops.${name}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
      remove: `DROP FUNCTION ops.${name} CASCADE`, // and the trigger
    },
    {
      ...{ kind: 'MARKERS', name: id, moveId: id },
      make: `INSERT INTO ops.move_marker (move_id, n) VALUES ('${id}', 1)`,
      remove: `DELETE FROM ops.move_marker WHERE move_id = '${id}'`,
    },
    {
      ...{ kind: 'ORIGIN', name: 'pg_1', moveId: null },
      make: `INSERT INTO pg_replication_origin VALUES (9999, 'pg_1')`, // only servers may make one of that name
      remove: `DELETE FROM pg_replication_origin WHERE roname = 'pg_1'`,
    },
    {
      ...{ kind: 'PUBLICATION', name, moveId: id },
      make: `CREATE PUBLICATION ${name} FOR TABLE tags`,
      remove: `DROP PUBLICATION ${name}`,
    },
    { ...{ kind: 'SLOT', name, moveId: id }, ...{ make: createSlot(name), remove: dropSlot(name) } },
    {
      ...{ kind: 'SUBSCRIPTION', name, moveId: id },
      make: `CREATE SUBSCRIPTION ${name} CONNECTION 'host=127.0.0.1' PUBLICATION ${name}
        WITH (connect = false, slot_name = NONE)`,
      remove: `DROP SUBSCRIPTION ${name}`,
    },
    {
      ...{ kind: 'TRIGGER', name: `${name}_i on tags`, moveId: id },
      make: `CREATE TRIGGER ${name}_i BEFORE INSERT ON tags FOR EACH ROW EXECUTE FUNCTION ops.${name}()`,
      remove: '',
    },
  ];
  for (const { make } of all) await shard.rows(make);
  return {
    strays: all.map(({ kind, name: called, moveId }) => ({ kind, name: called, moveId })),
    async remove() {
      for (const { remove } of all) if (remove !== '') await shard.rows(remove);
    },
  };
}

/** What the end of the move `id` must not leave: with its id in the name, or only with the oid of its subscription. */
export async function leaveOwn(
  { from, to }: { readonly from: TestShard; readonly to: TestShard },
  id: string,
  oid: string,
): Promise<{ readonly strays: readonly string[]; readonly remove: () => Promise<void> }> {
  const [name, slot] = [`sunday_move_${id.replaceAll('-', '')}`, `pg_${oid}_sync_1_1`];
  await to.rows(`CREATE FUNCTION public.${name}() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
  await to.rows(`INSERT INTO pg_replication_origin VALUES (9998, 'pg_${oid}_1')`);
  await from.rows(`SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
  return {
    strays: [
      `COPY_SLOT ${slot} on ${from.name}`,
      `FUNCTION ${name} on ${to.name}`,
      `ORIGIN pg_${oid}_1 on ${to.name}`,
    ],
    async remove() {
      await to.rows(`DROP FUNCTION public.${name}`);
      await to.rows('DELETE FROM pg_replication_origin WHERE roident = 9998');
      await from.rows(`SELECT pg_drop_replication_slot('${slot}')`);
    },
  };
}
