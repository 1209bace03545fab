import type { AlterTableCmd } from '@pgsql/types';
import { blocksWrites } from '../lock-modes.ts';
import { isFullVacuum } from '../locks.ts';
import { commandWork } from '../effects.ts';
import { nameOf, nameOfParts, partsOf, pickAll, read } from '../tree.ts';
import { advise, type Advice, findings, perCommand, type Rule, type Step } from './rule.ts';

/** Tables as a whole: dropped, emptied, renamed, rewritten, locked. */
export const tableRules: readonly Rule[] = [
  dropTable,
  truncate,
  renameTable,
  perCommand(rewriteTable),
  maintain,
  explicitLock,
  refresh,
  createTrigger,
];

function dropTable(step: Step) {
  const { world, statement } = step;
  if (statement.kind === 'DropdbStmt')
    return findings(step, {
      rule: 'ban-drop-database',
      severity: 'REFUSED',
      message: 'a migration may not drop a database',
      hint: 'Drop it by hand, if that is what you want.',
    });
  const drop = read(statement, 'DropStmt');
  if (drop?.removeType !== 'OBJECT_TABLE') return [];
  return (drop.objects ?? []).flatMap((object) => {
    const table = world.nameOf(nameOfParts(partsOf(object)));
    if (world.isNew(table) || (world.hasTarget && drop.missing_ok && !world.find(table))) return [];
    const isEmpty = world.isEmpty(table);
    return findings(step, {
      rule: 'ban-drop-table',
      severity: isEmpty ? 'INFO' : 'DANGER',
      message: isEmpty ? `${table} is dropped; it holds no rows` : `the rows of ${table} are gone`,
      hint: 'Rename it first, and drop it when nobody has missed it for a while.',
    });
  });
}

function truncate(step: Step) {
  const statement = read(step.statement, 'TruncateStmt');
  if (!statement) return [];
  const isCascade = statement.behavior === 'DROP_CASCADE';
  const emptied = step.locks.filter((one) => !one.isNew && !step.world.isEmpty(one.table));
  if (emptied.length === 0) return [];
  return findings(step, {
    rule: isCascade ? 'ban-truncate-cascade' : 'ban-truncate',
    severity: 'DANGER',
    message: `all rows of ${emptied.map((one) => one.table).join(', ')}${isCascade ? ' and of what refers to them' : ''} are gone`,
    hint: 'Delete what has to go in batches, by its key.',
  });
}

function renameTable(step: Step) {
  const rename = read(step.statement, 'RenameStmt');
  const moved = read(step.statement, 'AlterObjectSchemaStmt');
  const relation =
    rename && /OBJECT_(TABLE|VIEW|MATVIEW)$/.test(rename.renameType ?? '')
      ? rename.relation
      : moved?.relation;
  const table = step.world.nameOf(nameOf(relation));
  if (!relation || step.world.isNew(table)) return [];
  const after = step.script.statements.slice(step.script.statements.indexOf(step.statement) + 1);
  const isReplaced = after.some((one) => step.world.nameOf(nameOf(read(one, 'ViewStmt')?.view)) === table);
  return findings(step, {
    rule: moved ? 'ban-set-schema' : 'renaming-table',
    severity: isReplaced && step.script.transaction === 'ONE' ? 'INFO' : 'WARNING',
    message: isReplaced
      ? `${table} becomes a view in the same script`
      : `programs that use ${table} fail from the moment of the commit`,
    hint: 'Create a view with the old name in the same transaction, and drop it when nobody uses it any more.',
  });
}

function rewriteTable(command: AlterTableCmd, table: string, { world }: Step): readonly (Advice | null)[] {
  const type = command.subtype ?? '';
  if (!/^AT_Set(Logged|UnLogged|TableSpace|AccessMethod)$/.test(type)) return [];
  const [work] = commandWork(command, table, world);
  return [
    work
      ? advise(world, table, {
          rule: 'table-rewrite',
          severity: 'DANGER',
          message: `${work.reason}, and nobody can read or write ${table} until that is done`,
          hint: 'Do it in a maintenance window, or fill a new table in batches and swap the names.',
        })
      : null,
    type === 'AT_SetUnLogged' && !world.isNew(table)
      ? {
          rule: 'ban-set-unlogged',
          severity: 'WARNING',
          message: `${table} is empty after the next crash, and on every standby at once`,
          hint: 'Keep tables logged that hold anything you cannot compute again.',
        }
      : null,
  ];
}

function maintain(step: Step) {
  const cluster = read(step.statement, 'ClusterStmt');
  const vacuum = read(step.statement, 'VacuumStmt');
  const isFull = vacuum !== null && isFullVacuum(vacuum);
  if (!cluster && !isFull) return [];
  const named = pickAll(vacuum?.rels, 'VacuumRelation').map((one) => one.relation);
  const tables = (cluster ? [cluster.relation] : named).map((one) => step.world.nameOf(nameOf(one)));
  return (tables.length === 0 ? ['every table'] : tables).flatMap((table) =>
    findings(
      step,
      advise(step.world, table, {
        rule: 'prefer-repack',
        severity: 'DANGER',
        message: `${table} is written anew while nobody can read or write it`,
        hint: 'Use pg_repack or a plain VACUUM, outside of a migration.',
      }),
    ),
  );
}

function explicitLock(step: Step) {
  if (step.statement.kind !== 'LockStmt') return [];
  return step.locks
    .filter((one) => blocksWrites(one.mode))
    .flatMap((one) =>
      findings(
        step,
        advise(step.world, one.table, {
          rule: 'explicit-lock',
          severity: 'WARNING',
          message: `${one.table} is locked in ${one.mode} mode until the end of the transaction`,
          hint: 'Leave it out: each statement takes the lock that it needs.',
        }),
      ),
    );
}

function refresh(step: Step) {
  const statement = read(step.statement, 'RefreshMatViewStmt');
  if (!statement || statement.concurrent || statement.skipData) return [];
  const view = step.world.nameOf(nameOf(statement.relation));
  return findings(
    step,
    advise(step.world, view, {
      rule: 'refresh-without-concurrently',
      severity: 'WARNING',
      message: `nobody can read ${view} until its query is done`,
      hint: 'Give it a unique index and refresh it CONCURRENTLY, outside of a migration.',
    }),
  );
}

function createTrigger(step: Step) {
  const trigger = read(step.statement, 'CreateTrigStmt');
  if (!trigger) return [];
  const table = step.world.nameOf(nameOf(trigger.relation));
  if (step.world.get(table).kind === 'v') return [];
  return findings(
    step,
    advise(step.world, table, {
      rule: 'trigger-on-big-table',
      severity: 'WARNING',
      message: `it waits for every writer of ${table}, and every write pays for the trigger from then on`,
      hint: 'Measure what it costs on a copy first, and create it when few write.',
    }),
  );
}
