import { isOpaque } from '../effects.ts';
import { isStronger } from '../lock-modes.ts';
import { pick, pickAll, read, stringsOf } from '../tree.ts';
import { type Advice, alterOf, findings, type Rule, type Step } from './rule.ts';

/** What the runner does by itself, what it cannot do in a transaction, and what it cannot see through. */
export const transactionRules: readonly Rule[] = [control, outsideOnly, timeouts, opaque, moving, longName];

function control(step: Step) {
  const statement = read(step.statement, 'TransactionStmt');
  if (!statement) return [];
  return findings(step, {
    rule: 'transaction-nesting',
    severity: 'REFUSED',
    message:
      'the runner begins and ends the transaction; one of the script would split the migration from its ledger row',
    hint: 'Leave it out, or declare `-- transaction: none`.',
  });
}

/** Refused by the server inside of a transaction. */
function outsideOnly(step: Step) {
  const what = outsideOnlyName(step);
  if (what === null || step.script.transaction === 'NONE') return [];
  return findings(step, {
    rule: /INDEX/.test(what) ? 'ban-concurrent-index-creation-in-transaction' : 'not-in-a-transaction',
    severity: 'REFUSED',
    message: `the server refuses ${what} inside of a transaction`,
    hint: 'Put it into a migration of its own with `-- transaction: none`.',
  });
}

function outsideOnlyName({ statement }: Step): string | null {
  if (read(statement, 'IndexStmt')?.concurrent) return 'CREATE INDEX CONCURRENTLY';
  if (read(statement, 'DropStmt')?.concurrent) return 'DROP INDEX CONCURRENTLY';
  const reindex = read(statement, 'ReindexStmt');
  if (pickAll(reindex?.params, 'DefElem').some((one) => one.defname === 'concurrently'))
    return 'REINDEX CONCURRENTLY';
  if (reindex && /SCHEMA|SYSTEM|DATABASE/.test(reindex.kind ?? ''))
    return 'REINDEX of a whole schema or database';
  if (read(statement, 'VacuumStmt')?.is_vacuumcmd) return 'VACUUM';
  const commands = pickAll(read(statement, 'AlterTableStmt')?.cmds, 'AlterTableCmd');
  if (commands.some((one) => pick(one.def, 'PartitionCmd')?.concurrent))
    return 'DETACH PARTITION CONCURRENTLY';
  const cluster = read(statement, 'ClusterStmt');
  if (cluster && !cluster.relation) return 'CLUSTER of all tables';
  return OUTSIDE_ONLY.get(statement.kind) ?? null;
}

const OUTSIDE_ONLY: ReadonlyMap<string, string> = new Map([
  ['CreatedbStmt', 'CREATE DATABASE'],
  ['AlterSystemStmt', 'ALTER SYSTEM'],
  ['CreateTableSpaceStmt', 'CREATE TABLESPACE'],
  ['DropTableSpaceStmt', 'DROP TABLESPACE'],
]);

function timeouts(step: Step) {
  const set = read(step.statement, 'VariableSetStmt');
  if (set?.name !== 'lock_timeout') return [];
  const [value] = pickAll(set.args, 'A_Const');
  const text = value?.sval?.sval ?? String(value?.ival?.ival ?? 0);
  const isOff = set.kind !== 'VAR_SET_VALUE' || /^0\s*[a-z]*$/.test(text);
  return findings(step, {
    rule: 'require-timeout-settings',
    severity: isOff ? 'WARNING' : 'INFO',
    message: isOff
      ? 'without lock_timeout everybody who comes behind a waiting statement waits as long as it does'
      : 'the runner sets lock_timeout before every statement',
    hint: 'Declare `-- lock-timeout: 500ms` in the header instead.',
  });
}

/** Words without which no procedural code can change a table. */
const CHANGING =
  /\b(alter|drop|truncate|update|delete|insert|merge|create|execute|lock|vacuum|cluster|reindex|refresh|perform|call|copy)\b/i;

function opaque(step: Step) {
  if (!isOpaque(step.statement)) return [];
  const body = pickAll(read(step.statement, 'DoStmt')?.args, 'DefElem').map(
    (one) => pick(one.arg, 'String')?.sval ?? '',
  );
  const isDo = step.statement.kind === 'DoStmt';
  const mayChange = isDo && CHANGING.test(body.join('\n'));
  return findings(step, {
    rule: 'opaque-code',
    severity: mayChange ? 'WARNING' : 'INFO',
    message: isDo
      ? `which tables the block locks and changes is only known when it runs${mayChange ? '' : '; its text changes none'}`
      : 'which tables the function locks and changes is only known when it runs',
    hint: 'Write the statements out, so that the plan can show their locks.',
  });
}

/** Replication carries rows, not definitions: DDL on one side stops the move of a tenant, or breaks it. */
function moving({ statement, locks, script }: Step) {
  const moved = locks.filter(
    (one) => script.tablesBeingMoved.has(one.table) && isStronger(one.mode, 'ROW EXCLUSIVE'),
  );
  return moved.map((one) => ({
    rule: 'table-being-moved',
    severity: 'REFUSED' as const,
    message: `the rows of a tenant are being moved from or to ${one.table}`,
    hint: 'Wait until the move is done, or cancel it.',
    line: statement.line,
  }));
}

const MAX_NAME_BYTES = 63;

/** The server cuts a longer name, and the next one that begins in the same way is the same. */
function longName(step: Step) {
  const names = [
    read(step.statement, 'IndexStmt')?.idxname,
    read(step.statement, 'CreateStmt')?.relation?.relname,
    ...(alterOf(step)?.commands ?? []).map(
      (one) => pick(one.def, 'Constraint')?.conname ?? pick(one.def, 'ColumnDef')?.colname,
    ),
    ...stringsOf(read(step.statement, 'CreateFunctionStmt')?.funcname),
  ];
  const cut = names.filter(
    (one) =>
      one !== undefined &&
      Buffer.byteLength(one) === MAX_NAME_BYTES &&
      new RegExp(`${escape(one)}\\w`, 'i').test(step.statement.text),
  );
  return findings(
    step,
    ...cut.map((one): Advice => ({
      rule: 'identifier-too-long',
      severity: 'WARNING',
      message: `the server cuts the name after ${one ?? ''}`,
      hint: `Keep names within ${MAX_NAME_BYTES} bytes.`,
    })),
  );
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
