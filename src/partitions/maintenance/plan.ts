import {
  addMonths,
  coverageUntil,
  listSpans,
  overlap,
  type PartitionInterval,
  type Span,
  spanOf,
  nameLeaf,
} from '../bounds.ts';
import type { Partition, PartitionedTable, PartitionPolicy } from '../partition.ts';

/** CREATE: also with rows of the default partition. FINALIZE: of a detach that broke off. ARCHIVE: then drop. */
export type MaintenanceKind = 'CREATE' | 'FINALIZE' | 'ARCHIVE';

/** One thing that maintenance would do. Times are ISO 8601, because plans are kept as JSON. */
export interface MaintenanceAction {
  readonly kind: MaintenanceKind;
  readonly schema: string;
  readonly table: string;
  readonly partition: string;
  readonly from: string | null;
  readonly to: string | null;
  /** CREATE: rows that are moved from the default partition; ARCHIVE: about so many. Null: nobody knows. */
  readonly rows: string | null;
}

export interface MaintenancePlan {
  readonly cluster: string;
  /** Partitions are made first, then detaches are finished, then the old ones go. */
  readonly actions: readonly MaintenanceAction[];
  /** What cannot be done, or should be known. */
  readonly warnings: readonly string[];
  /** Why nothing is known of this cluster; null: all is. */
  readonly problem: string | null;
}

/** Months of the default partition of a table, by its id in the catalog: `readDefaultMonths`. */
export interface DefaultRows {
  readonly from: Date;
  readonly rows: bigint;
}

export interface TablePlan {
  readonly actions: readonly MaintenanceAction[];
  readonly warnings: readonly string[];
}

/** What the policy of a table asks for now. A table without one only gets its broken-off detaches finished. */
export function planTable(
  table: PartitionedTable,
  now: Date,
  defaultRows: readonly DefaultRows[],
): TablePlan {
  const pending = table.partitions.filter(({ state }) => state === 'DETACH_PENDING');
  const finalize = pending.map((one) => toAction('FINALIZE', one, null));
  if (table.policy === null)
    return { actions: finalize, warnings: [`${table.name} has no policy: nothing is made or removed`] };
  const interval = intervalOf(table);
  if (interval === null)
    return {
      actions: finalize,
      warnings: [`${table.name}: its partitions are of no interval of the calendar: none is made`],
    };
  const creates = planCreates(table, { interval, policy: table.policy, now, defaultRows });
  const expired = table.partitions.filter((one) => isExpired(one, table.policy, now));
  const archives = expired.map((one) => toAction('ARCHIVE', one, one.rowEstimate));
  return {
    actions: [...creates, ...finalize, ...archives],
    warnings: warnings(table, creates),
  };
}

/** A table that has no partition yet gets months, as the policies are in months. */
export function intervalOf(table: PartitionedTable): PartitionInterval | null {
  const hasAny = table.partitions.some(({ state, isDefault }) => state === 'ATTACHED' && !isDefault);
  return table.interval ?? (hasAny ? null : 'MONTH');
}

/** First moment behind the partitions that are wanted: the end of the month `premakeMonths` from now. */
export function wantedUntil({ premakeMonths }: PartitionPolicy, now: Date): Date {
  return addMonths(spanOf('MONTH', now).from, premakeMonths + 1);
}

interface CreateRules {
  readonly interval: PartitionInterval;
  readonly policy: PartitionPolicy;
  readonly now: Date;
  readonly defaultRows: readonly DefaultRows[];
}

function planCreates(table: PartitionedTable, rules: CreateRules): readonly MaintenanceAction[] {
  const { interval, policy, now, defaultRows } = rules;
  const rowsOf = new Map(defaultRows.map(({ from, rows }) => [spanOf(interval, from).from.getTime(), rows]));
  const wanted = new Map<number, Span>();
  const spans = listSpans(interval, spanOf(interval, now).from, wantedUntil(policy, now));
  for (const span of [...spans, ...defaultRows.map(({ from }) => spanOf(interval, from))])
    wanted.set(span.from.getTime(), span);
  return [...wanted.values()]
    .filter((span) => !isCovered(table, span))
    .toSorted((a, b) => a.from.getTime() - b.from.getTime())
    .map((span) => ({
      ...({ kind: 'CREATE', schema: table.schema, table: table.name } as const),
      partition: nameLeaf(table.name, interval, span.from),
      ...toTexts(span),
      rows: table.defaultPartition === null ? null : String(rowsOf.get(span.from.getTime()) ?? 0n),
    }));
}

/** Merged old months hold a month too. */
function isCovered(table: PartitionedTable, span: Span): boolean {
  const attached = table.partitions.filter(({ state, isDefault }) => state === 'ATTACHED' && !isDefault);
  const until = coverageUntil(
    attached.filter((one) => overlap(one, span)),
    span.from,
  );
  return until !== null && until >= span.to;
}

/** Its youngest possible row is older than the policy keeps. One that was detached is ours only if we began with it. */
function isExpired(
  { to, isDefault, state, archive }: Partition,
  policy: PartitionPolicy | null,
  now: Date,
): boolean {
  if (policy === null || to === null || isDefault) return false;
  if (isRestored({ archive })) return false;
  const isOurs = state === 'DETACHED' && (archive?.state === 'PREPARING' || archive?.state === 'VERIFIED');
  return (state === 'ATTACHED' || isOurs) && to <= addMonths(now, -policy.retentionMonths);
}

/** Somebody wanted it back: it stays until somebody archives it again. */
function isRestored({ archive }: Pick<Partition, 'archive'>): boolean {
  return archive?.state === 'ARCHIVED' && archive.restoredAt !== null;
}

function warnings(table: PartitionedTable, creates: readonly MaintenanceAction[]): readonly string[] {
  const restored = table.partitions
    .filter((one) => one.state === 'ATTACHED' && isRestored(one))
    .map(({ name }) => `${name} was restored, so it stays until somebody archives it`);
  return [...restored, ...defaultWarnings(table, creates)];
}

function defaultWarnings(table: PartitionedTable, creates: readonly MaintenanceAction[]): readonly string[] {
  if (table.defaultPartition === null) return [];
  const locked =
    creates.length > 0
      ? `; its readers wait for a moment while ${creates.length} partition(s) are attached`
      : '';
  return [
    `${table.name} has the default partition ${table.defaultPartition}, which keeps old partitions from being detached without a strong lock${locked}`,
  ];
}

function toAction(kind: MaintenanceKind, one: Partition, rows: bigint | null): MaintenanceAction {
  const { schema, table, name: partition } = one;
  return { kind, schema, table, partition, ...toTexts(one), rows: rows === null ? null : String(rows) };
}

function toTexts({ from, to }: { readonly from: Date | null; readonly to: Date | null }) {
  return { from: from?.toISOString() ?? null, to: to?.toISOString() ?? null };
}

/** One line for people. */
export function describeAction({ kind, partition, rows, from, to }: MaintenanceAction): string {
  const days = `${from?.slice(0, 10) ?? 'the beginning'} to ${to?.slice(0, 10) ?? 'the end'}`;
  if (kind === 'CREATE')
    return `create ${partition} (${days})${rows === null || rows === '0' ? '' : ` and move ${rows} row(s) there from the default partition`}`;
  if (kind === 'FINALIZE') return `finish the detach of ${partition}`;
  return `archive ${partition} (${days}${rows === null ? '' : `, about ${rows} rows`}), verify it, and drop it`;
}
