import { formatBytes, formatCount, formatTime, NOTHING } from '../terminal/format.ts';
import type { PartitionedTablesQuery, PartitionHealthQuery } from '../generated/graphql.ts';
import { wrapText } from '../terminal/paragraphs.ts';
import { drawPartitions } from './picture.ts';
import { type Colour, formatTable, type Terminal, right } from '../terminal/terminal.ts';

export type ListedTable = NonNullable<
  NonNullable<PartitionedTablesQuery['cluster']>['partitionedTables']
>[number];
type Health = PartitionHealthQuery['checkPartitionHealth'];

const WIDEST = 120;

/** One table: what it is, its time line, its problems; its partitions when asked for. */
export function describeTable(
  table: ListedTable,
  { terminal, isFull, now }: { readonly terminal: Terminal; readonly isFull: boolean; readonly now: Date },
): string {
  const width = Math.min(WIDEST, terminal.output.columns || 100);
  const { name, schema, interval, retentionMonths, premakeMonths, coverageUntil } = table;
  const policy =
    retentionMonths === null
      ? 'no policy'
      : `${retentionMonths} months kept, ${premakeMonths ?? 0} made ahead`;
  const until =
    coverageUntil === null
      ? 'rows of now have no partition'
      : `rows are taken until ${coverageUntil.slice(0, 10)}`;
  const title = `${schema === 'public' ? '' : `${schema}.`}${name}`;
  return [
    `${terminal.paint('bold', title)}  by ${interval?.toLowerCase() ?? 'ranges'} of ${table.keyColumn}; ${policy}; ${until}`,
    ...drawPartitions({ ...toPicture(table, now), width }),
    ...table.problems.map((one) => terminal.paint('yellow', `! ${one}`)),
    ...(isFull ? [formatPartitions(table)] : []),
  ].join('\n');
}

function toPicture(table: ListedTable, now: Date) {
  const { retentionMonths, premakeMonths } = table;
  const monthsFrom = (months: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months);
  const toMs = (at: string | null) => (at === null ? null : Date.parse(at));
  return {
    now: now.getTime(),
    kept:
      retentionMonths === null
        ? null
        : { from: monthsFrom(-retentionMonths), until: monthsFrom((premakeMonths ?? 0) + 1) },
    partitions: table.partitions
      .filter(({ isDefault, from, to }) => !isDefault && (from !== null || to !== null))
      .map(({ state, from, to, rowEstimate }) => ({
        ...{ state, from: toMs(from), to: toMs(to) },
        rows: rowEstimate === null ? null : Number(rowEstimate),
      })),
  };
}

function formatPartitions({ partitions }: ListedTable): string {
  return formatTable(
    [
      'partition',
      'state',
      'from',
      'to',
      right('rows'),
      right('size'),
      'last write',
      'indexes',
      'identity or file',
    ],
    partitions.map((one) => [
      ...[one.name, one.isDefault ? 'DEFAULT' : one.state, toDay(one.from), toDay(one.to)],
      ...[one.rowEstimate === null ? NOTHING : formatCount(Number(one.rowEstimate)), formatBytes(one.bytes)],
      formatTime(one.lastWriteAt),
      one.indexesValid === null ? NOTHING : one.indexesValid ? 'valid' : 'INVALID',
      (one.state === 'ARCHIVED' ? one.archive?.folder : one.replicaIdentity) ?? NOTHING,
    ]),
  );
}

function toDay(at: string | null): string {
  return at?.slice(0, 10) ?? NOTHING;
}

/** What the marks of the time line mean; once, below all of them. */
export const LEGEND =
  '| and = attached, a archived, d detached, ! half detached, . nothing; <-> what the policy asks for';

const COLOURS: Readonly<Record<Health['state'], Colour>> = {
  OK: 'green',
  UNKNOWN: 'cyan',
  WARNING: 'yellow',
  CRITICAL: 'red',
};

/** What is not OK with what to do about it, and how many are. */
export function describeHealth({ checks, state }: Health, cluster: string, terminal: Terminal): string {
  const width = Math.min(WIDEST, terminal.output.columns || 100) - 4;
  const bad = checks.filter((one) => one.state !== 'OK');
  const lines = bad.flatMap(({ table, check, state: is, detail, hint }) => [
    `${terminal.paint(COLOURS[is], is.padEnd(8))} ${table || 'all tables'}: ${check}`,
    ...wrapText(detail ?? '', width).map((one) => `    ${one}`),
    ...(hint === null ? [] : wrapText(`→ ${hint}`, width).map((one) => `    ${one}`)),
  ]);
  const rest = `${checks.length - bad.length} of ${checks.length} checks of ${cluster} are OK`;
  return [...lines, `${terminal.paint(COLOURS[state], state)}: ${rest}`].join('\n');
}
