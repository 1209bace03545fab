import { compareCatalogs, type Catalog } from '../../catalog/catalog.ts';
import { readCatalog } from '../../catalog/probe.ts';
import { moveOf, type MoveCheck } from '../moves.ts';
import type { Side, Sides } from '../sides.ts';
import { check, fail, listed, ok } from './found.ts';
import { hasFence } from './probe.ts';
import { listAlwaysTriggers, listForeignUniques, listIdentityProblems, listLeaves } from './tables-probe.ts';

/** Of triggers and their function on shards that only follow the shared tables. */
const SHARED_GUARD = 'refuse_shared_write';

/** What can change while a move is under way, and would break it: schemas, leaves, replica identities. */
export async function checkSchemas({ from, to }: Sides): Promise<readonly MoveCheck[]> {
  const [left, right] = await Promise.all([hasFence(from.db), hasFence(to.db)]);
  if (!left || !right) {
    const where = [...(left ? [] : [from.shard]), ...(right ? [] : [to.shard])].join(' and ');
    return [
      check('FENCE', fail(`${where} has no ops.tenant_home`, 'Apply the migrations of the product there.')),
    ];
  }
  const [expected, found] = await Promise.all([readCatalog(from.db), readCatalog(to.db)]);
  const differences = compareCatalogs(withoutMoves(expected), withoutMoves(found)).filter(
    (one) => one.isMaterial,
  );
  return [
    check('FENCE', ok('both shards have the fence')),
    check(
      'SCHEMA',
      listed(
        differences.map(({ kind, object, change }) => `${kind} ${object} is ${change}`),
        {
          none: 'both schemas are the same',
          some: `on ${to.shard}, seen from ${from.shard}`,
          hint: 'Apply the same migrations on both shards.',
        },
      ),
    ),
    ...(await checkTables({ from, to })),
  ];
}

/** What leaves, keys and triggers of single tables would do to the move. */
async function checkTables({ from, to }: Sides): Promise<readonly MoveCheck[]> {
  const [leaves, targetLeaves] = await Promise.all([listLeaves(from.db), listLeaves(to.db)]);
  const lacking = leaves.filter((one) => !targetLeaves.includes(one));
  const identities = (await Promise.all([from, to].map(identityProblems))).flat();
  const uniques = await listForeignUniques(from.db);
  const always = await listAlwaysTriggers(to.db);
  return [
    check(
      'PARTITIONS',
      listed(lacking, {
        none: 'the target has every partition of the source',
        some: `${to.shard} lacks`,
        hint: 'Run maintainPartitions on the target.',
      }),
    ),
    check(
      'REPLICA_IDENTITY',
      listed(identities, {
        none: 'every table and every leaf has a replica identity with the organization',
        some: 'without it a publication makes UPDATE and DELETE of every organization fail',
        hint: 'ALTER TABLE … REPLICA IDENTITY USING INDEX on the unique index that begins with organization_id.',
      }),
    ),
    check(
      'UNIQUE_KEYS',
      listed(uniques, {
        none: 'every unique key has the organization or a uuid in it',
        some: 'values of two shards can be the same in',
        hint: 'Put organization_id into the key.',
      }),
    ),
    check(
      'TRIGGERS',
      listed(always, {
        none: 'no trigger fires for replicated rows',
        some: 'these fire for replicated rows too',
        hint: 'ALTER TABLE … ENABLE TRIGGER without ALWAYS or REPLICA.',
      }),
    ),
  ];
}

async function identityProblems({ db, shard }: Side): Promise<readonly string[]> {
  return (await listIdentityProblems(db)).map(({ table, problem }) => `${table} on ${shard} ${problem}`);
}

/**
 * Other moves are under way, perhaps: their triggers, publications and functions are no difference of schemas. Nor are
 * publications of others, nor what keeps the shared tables from being written outside of their home.
 */
function withoutMoves({ objects }: Catalog): Catalog {
  const isOfMove = (name: string) => name.split(/[ .():]+/).some((word) => moveOf(word) !== null);
  const isOurs = (name: string) => isOfMove(name) || name.includes(SHARED_GUARD);
  return { objects: objects.filter(({ kind, name }) => kind !== 'PUBLICATION' && !isOurs(name)) };
}
