import type { IndexStmt } from '@pgsql/types';
import { isNew } from '../neighbours.ts';
import { constraintsOf, nameOf, nameOfParts, partsOf, pick, pickAll, read, stringsOf } from '../tree.ts';
import type { World } from '../world.ts';
import { advise, alterOf, type Advice, findings, type Rule, type Step } from './rule.ts';

/** Indexes: how they are built and dropped, and what a unique one promises. */
export const indexRules: readonly Rule[] = [createIndex, dropIndex, reindex, uniqueKeys];

function createIndex(step: Step) {
  const index = read(step.statement, 'IndexStmt');
  if (!index) return [];
  const table = step.world.nameOf(nameOf(index.relation));
  return findings(
    step,
    index.concurrent ? concurrent(index, table, step.world) : plain(index, table, step.world),
  );
}

function concurrent(index: IndexStmt, table: string, world: World): Advice | null {
  if (world.get(table).kind === 'p')
    return {
      rule: 'concurrent-index-on-partitioned-table',
      severity: 'REFUSED',
      message: `the server builds no index CONCURRENTLY on ${table}, which is partitioned`,
      hint: 'CREATE INDEX ON ONLY the parent, build one CONCURRENTLY on each partition, and ATTACH them.',
    };
  if (!index.if_not_exists) return null;
  return {
    rule: 'index-if-not-exists',
    severity: 'INFO',
    message: 'IF NOT EXISTS takes an invalid leftover of that name for success',
    hint: 'Leave it out: the runner checks the index, repairs an invalid one and never builds it twice.',
  };
}

function plain(index: IndexStmt, table: string, world: World): Advice | null {
  if (!index.relation?.inh) return null; // ON ONLY: a parent without rows of its own
  return advise(world, table, {
    rule: 'require-concurrent-index-creation',
    severity: 'WARNING',
    message: `nobody can write to ${table} until the index is built`,
    hint:
      world.get(table).kind === 'p'
        ? 'CREATE INDEX ON ONLY the parent, build one CONCURRENTLY on each partition, and ATTACH them.'
        : 'Build it CONCURRENTLY, in a migration with `-- transaction: none`.',
  });
}

function dropIndex(step: Step) {
  const drop = read(step.statement, 'DropStmt');
  if (drop?.removeType !== 'OBJECT_INDEX' || drop.concurrent) return [];
  const { world } = step;
  return (drop.objects ?? []).flatMap((object) => {
    const index = world.nameOf(nameOfParts(partsOf(object)));
    if (isNew(index, world) || (world.hasTarget && !world.find(index))) return [];
    const table = world.get(index).tableOf ?? index;
    return findings(
      step,
      advise(world, table, {
        rule: 'require-concurrent-index-deletion',
        severity: 'WARNING',
        message: `nobody can read or write its table while ${index} waits to be dropped`,
        hint: 'Drop it CONCURRENTLY, in a migration with `-- transaction: none`.',
      }),
    );
  });
}

function reindex(step: Step) {
  const statement = read(step.statement, 'ReindexStmt');
  const isConcurrent = pickAll(statement?.params, 'DefElem').some((one) => one.defname === 'concurrently');
  if (!statement || isConcurrent) return [];
  const name = step.world.nameOf(nameOf(statement.relation));
  const table = statement.relation ? (step.world.get(name).tableOf ?? name) : '';
  return findings(
    step,
    advise(step.world, table, {
      rule: 'require-concurrent-reindex',
      severity: 'WARNING',
      message: 'nobody can write to the table, or use the index, until it is built anew',
      hint: 'REINDEX … CONCURRENTLY, in a migration with `-- transaction: none`.',
    }),
  );
}

/** On a shard the rows of many tenants meet: a key that lacks the tenant is in the way of every move. */
function uniqueKeys(step: Step) {
  const { world, script } = step;
  const index = read(step.statement, 'IndexStmt');
  const create = read(step.statement, 'CreateStmt');
  const relation = index?.relation ?? create?.relation;
  const table = relation ? world.nameOf(nameOf(relation)) : (alterOf(step)?.table ?? '');
  const defined = pickAll(create?.tableElts, 'ColumnDef');
  const types = new Map([
    ...world.get(table).columns.map((one) => [one.name, one.type] as const),
    ...defined.map((one) => [one.colname ?? '', stringsOf(one.typeName?.names).at(-1) ?? ''] as const),
  ]);
  if (!types.has(script.tenantColumn)) return [];
  return uniqueColumns(step)
    .filter((key) => !key.includes(script.tenantColumn) && !key.some((one) => types.get(one) === 'uuid'))
    .flatMap((key) =>
      findings(step, {
        rule: 'unique-key-without-tenant',
        severity: 'INFO',
        message: `the unique key (${key.join(', ')}) of ${table} lacks ${script.tenantColumn}: tenants from two shards may collide`,
        hint: `Put ${script.tenantColumn} first, unless the key is a uuid.`,
      }),
    );
}

function uniqueColumns(step: Step): readonly (readonly string[])[] {
  const index = read(step.statement, 'IndexStmt');
  if (index)
    return index.unique ? [pickAll(index.indexParams, 'IndexElem').map((one) => one.name ?? '…')] : [];
  const elements = read(step.statement, 'CreateStmt')?.tableElts ?? [];
  const added = (alterOf(step)?.commands ?? []).flatMap((one) => pick(one.def, 'Constraint') ?? []);
  const isKey = (kind: string | undefined) => kind === 'CONSTR_PRIMARY' || kind === 'CONSTR_UNIQUE';
  const ofTable = [...pickAll(elements, 'Constraint'), ...added].filter(
    (one) => isKey(one.contype) && !one.indexname,
  );
  const ofColumns = pickAll(elements, 'ColumnDef').filter((one) =>
    constraintsOf(one).some((c) => isKey(c.contype)),
  );
  return [...ofTable.map((one) => stringsOf(one.keys)), ...ofColumns.map((one) => [one.colname ?? ''])];
}
