import { describeBlocker } from '../../postgres/blockers.ts';
import type { MoveCheck } from '../moves.ts';
import type { Side, Sides } from '../sides.ts';
import { type HomeFacts, listLongTransactions, readHome, readServerFacts } from './probe.ts';
import { listMissingKeys, listNeededKeys, listReferences } from './references-probe.ts';
import { listTenantTables, listWithRows } from './tables-probe.ts';
import { checkDisk } from './disk.ts';
import { check, fail, type Found, listed, NAMED, ok } from './found.ts';
import { checkSchemas } from './schemas.ts';
import { checkServers } from './servers.ts';

const LONG_TRANSACTION_SECONDS = 30;
const KEYS_CHECKED = 100_000;

/** Every trap that a move is known to fall into, looked at before anything is made. Only reads. */
export async function checkMove(sides: Sides, organization: string): Promise<readonly MoveCheck[]> {
  const { from, to } = sides;
  const [source, target] = await Promise.all([readServerFacts(from.db), readServerFacts(to.db)]);
  const servers = checkServers(sides, source, target);
  // The rest reads what our role may not see then.
  if (servers.some(({ name, state }) => name === 'ROLE' && state === 'FAILED')) return servers;
  const checks = [...servers, ...(await checkSchemas(sides))];
  // The rest reads tables that a shard without our migrations lacks.
  if (checks.some(({ name, state }) => name === 'FENCE' && state === 'FAILED')) return checks;
  const tables = await listTenantTables(from.db);
  return [
    ...checks,
    await checkLongTransactions(from),
    check('SOURCE_HOME', judgeSource(from, await readHome(from.db, organization))),
    check('TARGET_EMPTY', await checkTarget(to, organization)),
    check('REFERENCE_ROWS', await checkReferences(sides, organization)),
    check('DISK', await checkDisk(to, { source, target })),
    ...(tables.length === 0 ? [check('TABLES', fail('there is no table with organizations'))] : []),
  ];
}

async function checkLongTransactions({ db, shard }: Side): Promise<MoveCheck> {
  const found = await listLongTransactions(db, LONG_TRANSACTION_SECONDS);
  if (found.length === 0) return check('LONG_TRANSACTIONS', ok('no writing transaction is older than 30 s'));
  // Not refused: it may end in time; the slot waits for it no longer than it was told.
  return check('LONG_TRANSACTIONS', {
    state: 'WARNING',
    detail: `a slot on ${shard} has to wait for ${found.slice(0, NAMED).map(describeBlocker).join('; ')}`,
    hint: 'End these sessions, in whichever database they are; COMMIT PREPARED or ROLLBACK PREPARED what is prepared.',
  });
}

function judgeSource({ shard }: Side, { exists, state }: HomeFacts): Found {
  if (!exists) return fail(`${shard} has no such organization`);
  return state === 'ACTIVE'
    ? ok(`the organization is at home on ${shard}`)
    : fail(`the fence on ${shard} says ${state ?? 'nothing'} of it, not ACTIVE`);
}

async function checkTarget({ db, shard }: Side, organization: string): Promise<Found> {
  const { state } = await readHome(db, organization);
  if (state === 'ACTIVE' || state === 'MOVING')
    return fail(`${shard} says that the organization is at home there`, 'Look at ops.tenant_home there.');
  const tables = await listTenantTables(db);
  return listed(await listWithRows(db, tables, organization), {
    none: `${shard} has no row of it`,
    some: `${shard} has rows of it in`,
    hint: 'They are left from an earlier move: findMoveLeftovers says from which.',
  });
}

/** Rows that belong to no organization and are equal on all shards: users, roles, templates. */
async function checkReferences({ from, to }: Sides, organization: string): Promise<Found> {
  const tables = await listTenantTables(from.db);
  const missing: string[] = [];
  for (const reference of await listReferences(from.db)) {
    const table = tables.find(({ name }) => name === reference.child);
    const isOwn = tables.some(({ name }) => name === reference.parent);
    if (table === undefined || isOwn) continue;
    const needed = await listNeededKeys(from.db, { reference, table, organization }, KEYS_CHECKED);
    const lacking = await listMissingKeys(to.db, reference, needed);
    if (lacking.length > 0)
      missing.push(
        `${lacking.length} rows of ${reference.parent} that ${reference.child} needs (e.g. ${lacking[0]})`,
      );
  }
  return listed(missing, {
    none: 'every user, role and template it refers to is on the target',
    some: `${to.shard} lacks`,
    hint: 'Wait until the shared tables are the same again.',
  });
}
