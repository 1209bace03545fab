import { type Command, Option } from 'commander';
import { type CommandContext, runs, wholeNumber, withCluster, withExamples } from '../command.ts';
import { formatAge, formatBytes, formatCount, formatFraction, NOTHING } from '../terminal/format.ts';
import {
  IndexUsageDocument,
  type IndexVerdict,
  type TableLineFragment,
  type TableOrder,
  TableStatsDocument,
  VacuumNeedsDocument,
} from '../generated/graphql.ts';
import { resolveCluster } from '../session.ts';
import { withInstance } from '../sessions/sessions.ts';
import { type Colour, formatTable, right } from '../terminal/terminal.ts';

interface Options {
  readonly cluster?: string;
  readonly instance?: string;
  readonly limit: number;
}

const ORDERS: Readonly<Record<string, TableOrder>> = {
  size: 'SIZE',
  dead: 'DEAD_ROWS',
  bloat: 'BLOAT',
  scans: 'SEQUENTIAL_ROWS',
  xid: 'XID_AGE',
};

const VERDICT_COLOURS: Record<IndexVerdict, Colour> = {
  INVALID: 'red',
  DUPLICATE: 'yellow',
  UNUSED: 'yellow',
  UNKNOWN: 'cyan',
  USED: 'green',
};

/** What there is to know of tables and their indexes, below `sunday performance`. */
export function addTableCommands(performance: Command, context: CommandContext): void {
  addTables(performance, context);
  addVacuum(performance, context);
  addIndexes(performance, context);
}

const limit = () => wholeNumber('--limit <number>', 'at most so many', [1, 500]).default(20);

function addTables(performance: Command, context: CommandContext): void {
  const tables = withInstance(performance.command('tables'))
    .description('rows, sizes, bloat and scans by table')
    .addOption(new Option('--by <order>', 'what comes first').choices(Object.keys(ORDERS)).default('size'))
    .addOption(limit());
  withExamples(tables, 'sunday performance tables --by bloat');
  runs<Options & { by: string }>(tables, context, async (session, options) => {
    const { tableStats } = await session.client.request(TableStatsDocument, {
      ...(await at(session, options)),
      orderBy: ORDERS[options.by] ?? 'SIZE',
    });
    session.show({ tableStats }, () =>
      [
        tableStats.total === 0
          ? `${tableStats.instance} has no tables yet.`
          : formatTables(tableStats.tables),
        ...(tableStats.reason === null ? [] : [`\n${tableStats.reason}\nhint:  ${tableStats.hint ?? ''}`]),
      ].join('\n'),
    );
  });
}

async function at(session: Parameters<typeof resolveCluster>[0], { instance, ...options }: Options) {
  const cluster = await resolveCluster(session, options.cluster);
  return { cluster, first: options.limit, ...(instance === undefined ? {} : { instance }) };
}

function formatTables(tables: readonly TableLineFragment[]): string {
  const figures = ['rows', 'dead', 'table', 'indexes', 'bloat', 'read whole', 'by index'];
  return formatTable(
    ['table', ...figures.map(right), 'vacuumed', 'analyzed'],
    tables.map((one) => [
      `${one.schema}.${one.name}`,
      formatCount(one.liveRows),
      formatFraction(one.deadShare),
      formatBytes(one.tableBytes),
      formatBytes(one.indexBytes),
      one.bloatShare === null ? NOTHING : formatFraction(one.bloatShare),
      formatCount(one.sequentialScans),
      formatCount(one.indexScans),
      formatAge(one.vacuumedAt),
      formatAge(one.analyzedAt),
    ]),
  );
}

function addVacuum(performance: Command, context: CommandContext): void {
  const vacuum = withInstance(performance.command('vacuum'))
    .description('tables that VACUUM or ANALYZE should see, the most pressing first')
    .addOption(limit());
  withExamples(vacuum, 'sunday performance vacuum');
  runs<Options>(vacuum, context, async (session, options) => {
    const { vacuumNeeds } = await session.client.request(VacuumNeedsDocument, await at(session, options));
    session.show({ vacuumNeeds }, () =>
      vacuumNeeds.tables.length === 0
        ? `No table of ${vacuumNeeds.instance} needs VACUUM or ANALYZE.`
        : formatTable(
            ['table', 'why', 'because', 'what helps'],
            vacuumNeeds.tables.flatMap(({ schema, name, needs }) =>
              needs.map((one) => [`${schema}.${name}`, one.reason, one.because, one.statement]),
            ),
          ),
    );
  });
}

function addIndexes(performance: Command, context: CommandContext): void {
  const indexes = withCluster(performance.command('indexes'))
    .description('invalid, duplicate and unused indexes, seen over all instances')
    .option('--all', 'also those that are used')
    .addOption(limit());
  withExamples(indexes, 'sunday performance indexes', 'sunday performance indexes --all --json');
  runs<Options & { all?: boolean }>(indexes, context, async (session, options) => {
    const { indexUsage } = await session.client.request(IndexUsageDocument, await at(session, options));
    const shown = indexUsage.indexes.filter(({ verdict }) => options.all === true || verdict !== 'USED');
    session.show({ indexUsage }, () =>
      shown.length === 0
        ? indexUsage.total === 0
          ? 'There are no indexes yet.'
          : `All ${indexUsage.total} indexes are in use.`
        : formatTable(
            ['verdict', 'index', 'table', ...['size', 'scans'].map(right), 'because', 'what helps'],
            shown.map((one) => [
              session.terminal.paint(VERDICT_COLOURS[one.verdict], one.verdict),
              `${one.schema}.${one.name}`,
              one.table,
              formatBytes(one.bytes),
              formatCount(one.scans),
              one.because,
              one.statement ?? NOTHING,
            ]),
          ),
    );
  });
}
