import { formatBytes, formatCount } from '../terminal/format.ts';
import type { StatementEffect } from '../generated/graphql.ts';
import {
  describeEstimate,
  describeFinding,
  type PlannedMigration,
  type PlanStyle,
  VERDICT_COLOURS,
} from './style.ts';
import { clip, wrapText } from '../terminal/paragraphs.ts';

type Statement = PlannedMigration['statements'][number];
type Lock = Statement['locks'][number];

const INDENT = ' '.repeat(12);
/** More safe statements than this on tables that exist are summed up: a list of 80 indexes hides the one that matters. */
const MOST_SAFE_LINES = 3;
const MOST_LOCK_LINES = 6;

const EFFECTS: Record<StatementEffect, string> = {
  NONE: 'changes nothing',
  METADATA: 'changes the catalog only',
  DATA: 'changes rows',
  SCAN: 'reads the whole table',
  INDEX_BUILD: 'builds an index',
  REWRITE: 'writes the table anew',
  UNKNOWN: 'runs code of its own',
};

const HOLDS: Readonly<Record<string, string>> = {
  MOMENT: 'for a moment',
  SCAN: 'while it is read',
  BUILD: 'while the index is built',
  REWRITE: 'while it is written anew',
};

/** The statements of a migration: what is not SAFE in full, runs of what is in few lines, unless all are wanted. */
export function describeStatements(
  { statements, transaction }: PlannedMigration,
  style: PlanStyle,
): readonly string[] {
  const staysUntilEnd = transaction === 'ONE' && statements.length > 1;
  const one = (statement: Statement) => describeStatement(statement, style, staysUntilEnd);
  if (style.showsAll) return statements.flatMap(one);
  return toRuns(statements).flatMap((run) => {
    if (!isSafe(run[0]))
      return run.flatMap((statement, index) =>
        isLike(run[index - 1], statement) ? [headLine(statement, style, 'the same')] : one(statement),
      );
    const onExisting = run.filter((statement) => !isQuiet(statement));
    if (onExisting.length > MOST_SAFE_LINES) return sumUp(run, onExisting, style);
    const quiet = run.filter(isQuiet);
    return [...(quiet.length === 0 ? [] : [quietLine(quiet, style)]), ...onExisting.flatMap(one)];
  });
}

/** Neighbours that are all SAFE, or all not. */
function toRuns(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const runs: Statement[][] = [];
  for (const statement of statements) {
    const last = runs.at(-1);
    if (last !== undefined && isSafe(last[0]) === isSafe(statement)) last.push(statement);
    else runs.push([statement]);
  }
  return runs;
}

function isSafe(statement: Statement | undefined): boolean {
  return statement?.verdict === 'SAFE' && statement.dataLoss === null;
}

/** All there is to say of it was said of the one before, e.g. in a list of functions that are dropped. */
function isLike(before: Statement | undefined, statement: Statement): boolean {
  if (before === undefined || !isQuiet(statement) || statement.dataLoss !== null) return false;
  return toPattern(before) === toPattern(statement);
}

function toPattern({ verdict, effect, estimatedMs, findings }: Statement): string {
  return [verdict, effect, estimatedMs, ...findings.map(({ rule }) => rule)].join(' ');
}

/** It locks nothing that anybody waits for. */
function isQuiet({ locks }: Statement): boolean {
  return locks.every((lock) => !isFelt(lock));
}

/** A table that is made here is nobody else's yet, and a read of the system's catalogs holds up nobody at all. */
function isFelt({ isNew, mode, table }: Lock): boolean {
  return !isNew && !(mode === 'ACCESS SHARE' && table.startsWith('pg_catalog.'));
}

function quietLine(quiet: readonly Statement[], { paint }: PlanStyle): string {
  const notes = countNotes(quiet);
  const which =
    quiet.length === 1 ? '1 statement that touches' : `${formatCount(quiet.length)} statements that touch`;
  return `  ${paint('dim', `${which} no existing table:`)} ${paint('green', 'SAFE')}${paint('dim', notes)}`;
}

function sumUp(
  run: readonly Statement[],
  onExisting: readonly Statement[],
  { paint, width }: PlanStyle,
): readonly string[] {
  const tables = new Map(onExisting.flatMap((one) => one.tables).map((one) => [one.name, one]));
  const [largest] = [...tables.values()].toSorted(
    (a, b) => Number(b.sizeBytes ?? 0) - Number(a.sizeBytes ?? 0),
  );
  const modes = new Set(onExisting.flatMap(({ locks }) => locks.filter(isFelt).map(({ mode }) => mode)));
  const times = run.map(({ estimatedMs }) => estimatedMs);
  const total = times.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
  const parts = [
    `locks ${[...modes].join(', ')}`,
    ...(largest === undefined ? [] : [`largest table ${largest.name} (${sizeOf(largest)})`]),
    describeEstimate(total),
  ];
  return [
    `  ${formatCount(run.length)} statements on ${formatCount(tables.size)} tables: ${paint('green', 'SAFE')}${paint('dim', countNotes(run))}`,
    ...wrapText(parts.join('; '), width - 4).map((line) => paint('dim', `    ${line}`)),
  ];
}

function countNotes(statements: readonly Statement[]): string {
  const notes = statements.flatMap(({ findings }) => findings).length;
  return notes === 0 ? '' : `, ${notes} note${notes === 1 ? '' : 's'} (--all shows them)`;
}

function describeStatement(
  statement: Statement,
  style: PlanStyle,
  staysUntilEnd: boolean,
): readonly string[] {
  const { verdict, effect, estimatedMs, estimateBasis, findings, dataLoss } = statement;
  const { paint, width } = style;
  const room = width - INDENT.length;
  const badge = paint(VERDICT_COLOURS[verdict], verdict);
  const basis = estimatedMs !== null && estimatedMs < 1 ? '' : ` (${estimateBasis})`;
  const doing = `${EFFECTS[effect]}, ${describeEstimate(estimatedMs)}${basis}`;
  const [first = '', ...rest] = wrapText(doing, room - verdict.length - 2);
  return [
    headLine(statement, style, ''),
    `${INDENT}${badge}  ${first}`,
    ...rest.map((one) => `${INDENT}${' '.repeat(verdict.length + 2)}${one}`),
    ...describeLocks(statement, style, staysUntilEnd),
    ...(dataLoss === null
      ? []
      : wrapText(`destroys ${dataLoss}`, room).map((one) => `${INDENT}${paint('red', one)}`)),
    ...findings.flatMap((one) => describeFinding(one, style, INDENT)),
  ];
}

function headLine({ line, text }: Statement, { paint, width }: PlanStyle, remark: string): string {
  const room = width - INDENT.length - (remark === '' ? 0 : remark.length + 2);
  const end = remark === '' ? '' : `  ${paint('dim', remark)}`;
  return `  ${paint('dim', `line ${line}`.padEnd(9))} ${clip(text, room)}${end}`;
}

/** What others have to wait for, with what is known of the table. */
function describeLocks(
  { locks, tables }: Statement,
  { width, showsAll }: PlanStyle,
  staysUntilEnd: boolean,
): readonly string[] {
  const felt = showsAll ? locks.filter(({ isNew }) => !isNew) : locks.filter(isFelt);
  const shown = showsAll ? felt : felt.slice(0, MOST_LOCK_LINES);
  const more = felt.length - shown.length;
  return [
    ...shown.flatMap((lock) => {
      const table = tables.find(({ name }) => name === lock.table);
      // A view has no size.
      const size = table === undefined || table.sizeBytes === '0' ? '' : ` (${sizeOf(table)})`;
      const text = `locks ${lock.mode} on ${lock.table}${size} ${describeHold(lock, staysUntilEnd)}`;
      return wrapText(text, width - INDENT.length).map((one) => `${INDENT}${one}`);
    }),
    ...(more === 0 ? [] : [`${INDENT}and ${more} more locks (--all shows them)`]),
  ];
}

function describeHold({ hold }: Lock, staysUntilEnd: boolean): string {
  const text = HOLDS[hold] ?? hold;
  if (!staysUntilEnd) return text;
  const end = 'to the end of the transaction';
  return hold === 'MOMENT' ? end : `${text}, then ${end}`;
}

function sizeOf({ rows, sizeBytes }: Statement['tables'][number]): string {
  const counted = rows === null ? 'rows never counted' : `${formatCount(Number(rows))} rows`;
  return sizeBytes === null ? counted : `${counted}, ${formatBytes(sizeBytes)}`;
}
