import { isPrimary } from '../../fleet/probe.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { isServerError } from '../../postgres/errors.ts';
import { parseSql, SqlSyntaxError } from '../../postgres/parse.ts';
import type { Database } from '../../postgres/pool.ts';
import type { PartitionedTable } from '../partition.ts';
import type { PartitionCheck } from './health.ts';
import { planGenerically, type PlanNode, readStatements, type SeenStatement } from './health-probe.ts';

const STATEMENTS_LOOKED_AT = 30;
const STATEMENTS_SHOWN = 5;
const PLANNED_KINDS = new Set(['SelectStmt', 'UpdateStmt', 'DeleteStmt']);

/** Statements that read every partition of a table whatever their values are: nothing in them says which it could be. */
export async function checkPruning(
  fleet: Fleet,
  cluster: string,
  tables: readonly PartitionedTable[],
): Promise<readonly PartitionCheck[]> {
  const names = tables.map(({ name }) => name);
  const unknown = (detail: string, hint: string): readonly PartitionCheck[] =>
    names.map((table) => ({ table, check: 'PRUNING', state: 'UNKNOWN', detail, hint }));
  const seen = await readSeen(fleet, cluster, names);
  if (seen === null)
    return unknown(
      'pg_stat_statements is not installed in this database',
      'CREATE EXTENSION pg_stat_statements; and its library in shared_preload_libraries.',
    );
  if ('failure' in seen) return unknown(seen.failure, 'GRANT pg_read_all_stats TO the monitor role.');
  const db = await fleet.primary(cluster);
  const judged = await judgeAll(db, tables, seen.statements);
  return tables.map(({ name }) => toCheck(name, judged));
}

type Seen = { readonly statements: readonly SeenStatement[] } | { readonly failure: string } | null;

async function readSeen(fleet: Fleet, cluster: string, names: readonly string[]): Promise<Seen> {
  for (const instance of fleet.get(cluster).instances) {
    const db = fleet.monitor(instance);
    if (!(await isPrimary(db).catch(() => false))) continue;
    try {
      const statements = await readStatements(db, names, STATEMENTS_LOOKED_AT);
      return statements === null ? null : { statements };
    } catch (error) {
      // 55000: the library is not loaded; 42501: no right to read it.
      if (isServerError(error, '55000', '42501')) return { failure: error.message };
      throw error;
    }
  }
  return { failure: 'no instance says that it is the primary' };
}

interface Judged {
  readonly table: string;
  readonly statement: SeenStatement;
  readonly partitions: number;
}

interface Judgement {
  readonly unpruned: readonly Judged[];
  readonly looked: number;
  readonly unplannable: number;
}

async function judgeAll(
  db: Database,
  tables: readonly PartitionedTable[],
  statements: readonly SeenStatement[],
): Promise<Judgement> {
  const unpruned: Judged[] = [];
  let unplannable = 0;
  for (const statement of statements) {
    const plan = await planOf(db, statement.query);
    if (plan === null) unplannable += 1;
    else unpruned.push(...judge(plan, tables).map((one) => ({ ...one, statement })));
  }
  return { unpruned, looked: statements.length, unplannable };
}

/** Null: normalised text is not always a statement that can be planned again. */
async function planOf(db: Database, query: string): Promise<PlanNode | null> {
  try {
    const [first, ...others] = await parseSql(query);
    if (!first || others.length > 0 || !PLANNED_KINDS.has(first.kind)) return null;
    return await planGenerically(db, first.text);
  } catch (error) {
    if (error instanceof SqlSyntaxError || isServerError(error)) return null;
    throw error;
  }
}

/** Tables of which the plan scans all partitions, and removes none when it starts. */
export function judge(
  plan: PlanNode,
  tables: readonly PartitionedTable[],
): readonly Omit<Judged, 'statement'>[] {
  const nodes = flatten(plan);
  if (nodes.some((one) => (one['Subplans Removed'] ?? 0) > 0)) return [];
  const scanned = new Set(nodes.flatMap((one) => one['Relation Name'] ?? []));
  return tables.flatMap(({ name, partitions }) => {
    const attached = partitions.filter(({ state }) => state === 'ATTACHED');
    const isAll = attached.length > 1 && attached.every((one) => scanned.has(one.name));
    return isAll ? [{ table: name, partitions: attached.length }] : [];
  });
}

function flatten(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

function toCheck(table: string, { unpruned, looked, unplannable }: Judgement): PartitionCheck {
  const own = unpruned.filter((one) => one.table === table);
  const rest = unplannable === 0 ? '' : `; ${unplannable} of ${looked} statements could not be planned`;
  if (own.length === 0)
    return {
      ...{ table, check: 'PRUNING', hint: null },
      state: looked > 0 && unplannable === looked ? 'UNKNOWN' : 'OK',
      detail: rest === '' ? null : rest.slice(2),
    };
  const shown = own
    .slice(0, STATEMENTS_SHOWN)
    .map(({ statement: { query, calls, meanMs } }) => `${calls} × ${meanMs.toFixed(1)} ms: ${clip(query)}`);
  return {
    ...{ table, check: 'PRUNING', state: 'WARNING' },
    detail: `${own.length} statement(s) read all ${own[0]?.partitions ?? 0} partitions: ${shown.join('; ')}${rest}`,
    hint: 'Compare the key column with a value in the WHERE clause, so that PostgreSQL can leave partitions out.',
  };
}

function clip(query: string): string {
  const flat = query.replace(/\s+/g, ' ').trim();
  return flat.length > 160 ? `${flat.slice(0, 159)}…` : flat;
}
