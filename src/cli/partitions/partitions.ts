import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  type CommandContext,
  runs,
  startFields,
  type StartOptions,
  withCluster,
  withExamples,
  withStartOptions,
} from '../command.ts';
import {
  ArchivePartitionDocument,
  CreatePartitionDocument,
  MaintainPartitionsDocument,
  type MaintainPartitionsMutation,
  PartitionedTablesDocument,
  PartitionHealthDocument,
  RestorePartitionDocument,
} from '../generated/graphql.ts';
import { RecordedError } from '../../errors.ts';
import { addComplete, addConvert } from './convert.ts';
import { describeHealth, describeTable, LEGEND, type ListedTable } from './text.ts';
import { requireCluster, resolveCluster, type Session, unwrap } from '../session.ts';
import { waitForOperation } from '../terminal/watch.ts';

interface ClusterOption {
  readonly cluster?: string;
}
type DryRunOptions = ClusterOption & StartOptions & { readonly dryRun?: boolean };
type Plans = Extract<
  MaintainPartitionsMutation['maintainPartitions'],
  { __typename: 'MaintainPartitionsSuccess' }
>['plans'];

export function addPartitions(program: Command, context: CommandContext): void {
  const partitions = program.command('partitions').description('tables that are partitioned by time');
  withExamples(partitions, 'sunday partitions list', 'sunday partitions maintain --dry-run');
  addList(partitions, context);
  addMaintain(partitions, context);
  addCreate(partitions, context);
  addArchive(partitions, context);
  addRestore(partitions, context);
  addConvert(partitions, context);
  addComplete(partitions, context);
  addHealth(partitions, context);
}

function addList(partitions: Command, context: CommandContext): void {
  const list = withCluster(
    partitions
      .command('list')
      .description('each table on a time line: what is there, what is archived, what the policy asks for')
      .argument('[table]', 'only this one, with all of its partitions'),
  );
  withExamples(
    list,
    'sunday partitions list --cluster main',
    'sunday partitions list activity_log',
    "sunday partitions list --json | jq '.tables[].problems'",
  );
  runs<ClusterOption>(list, context, async (session, options, [named]) => {
    const name = await resolveCluster(session, options.cluster);
    const answer = await session.client.request(PartitionedTablesDocument, { cluster: name });
    const all = requireCluster(answer.cluster, name).partitionedTables ?? [];
    const tables =
      named === undefined
        ? all
        : all.filter((one) => one.name === named || `${one.schema}.${one.name}` === named);
    if (named !== undefined && tables.length === 0) throw noTable(name, named, all);
    const { terminal } = session;
    session.show({ cluster: name, tables }, () =>
      tables.length === 0
        ? `${name} has no table that is partitioned by time`
        : [
            ...tables.map((one) =>
              describeTable(one, { terminal, isFull: named !== undefined, now: new Date() }),
            ),
            terminal.paint('dim', LEGEND),
          ].join('\n\n'),
    );
  });
}

function noTable(cluster: string, table: string, all: readonly ListedTable[]): RecordedError {
  return new RecordedError({
    code: 'PARTITIONED_TABLE_NOT_FOUND',
    message: `${cluster} has no table ${table} that is partitioned by ranges of time`,
    hint: all.length === 0 ? 'It has none at all.' : `Known: ${all.map((one) => one.name).join(', ')}.`,
    retryable: false,
  });
}

function addMaintain(partitions: Command, context: CommandContext): void {
  const maintain = withStartOptions(
    partitions
      .command('maintain')
      .description('makes partitions ahead, finishes detaches, archives what is too old; of all clusters')
      .option('-c, --cluster <names...>', 'only these clusters')
      .option('--dry-run', 'only say what would be done'),
  );
  withExamples(maintain, 'sunday partitions maintain --dry-run', 'sunday partitions maintain --cluster main');
  type Options = StartOptions & { cluster?: readonly string[]; dryRun?: boolean };
  runs<Options>(maintain, context, async (session, options) => {
    const clusters = options.cluster === undefined ? {} : { clusters: [...options.cluster] };
    const input = { ...clusters, dryRun: options.dryRun ?? false, ...startFields(options) };
    const answer = await session.client.start(MaintainPartitionsDocument, input);
    const { operation, plans } = unwrap(answer.maintainPartitions);
    if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
    session.show({ plans }, () => plans.map(formatPlan).join('\n'));
    return 0;
  });
}

function formatPlan({ cluster, problem, actions, warnings }: Plans[number]): string {
  const head =
    problem ?? (actions.length === 0 ? 'there is nothing to do' : `${actions.length} thing(s) to do`);
  return [
    `${cluster}: ${head}`,
    ...actions.map(({ text }, index) => `  ${index + 1}. ${text}`),
    ...warnings.map((one) => `  warning: ${one}`),
  ].join('\n');
}

function addCreate(partitions: Command, context: CommandContext): void {
  const create = withDryRun(
    partitions
      .command('create')
      .description('makes the partition of one moment')
      .argument('<table>', 'e.g. activity_log')
      .addOption(
        new Option('--at <time>', 'any moment of it, e.g. 2027-12-01 or 2027-12-01T00:00:00Z')
          .argParser(parseMoment)
          .makeOptionMandatory(),
      ),
  );
  withExamples(create, 'sunday partitions create activity_log --at 2027-12-01');
  runs<DryRunOptions & { at: string }>(create, context, async (session, options, [table = '']) => {
    const input = { ...(await toInput(session, options)), table, at: options.at };
    const answer = await session.client.start(CreatePartitionDocument, input);
    return finish(session, unwrap(answer.createPartition), options);
  });
}

function parseMoment(text: string): string {
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('It takes a time, e.g. 2027-12-01T00:00:00Z.');
  return at.toISOString();
}

function addArchive(partitions: Command, context: CommandContext): void {
  const archive = withDryRun(
    partitions
      .command('archive')
      .description('writes a partition to a file, reads that back, and drops the partition')
      .argument('<table>', 'e.g. activity_log')
      .argument('<partition>', 'e.g. activity_log_202401'),
  );
  withExamples(archive, 'sunday partitions archive activity_log activity_log_202401 --dry-run');
  runs<DryRunOptions>(archive, context, async (session, options, [table = '', partition = '']) => {
    const input = { ...(await toInput(session, options)), table, partition };
    const answer = await session.client.start(ArchivePartitionDocument, input);
    return finish(session, unwrap(answer.archivePartition), options);
  });
}

function addRestore(partitions: Command, context: CommandContext): void {
  const restore = withDryRun(
    partitions
      .command('restore')
      .description('brings the rows of an archived partition back, into its table or beside it')
      .argument('<table>', 'e.g. activity_log')
      .argument('<partition>', 'e.g. activity_log_202401')
      .option('--beside', 'into a plain table PARTITION_restored'),
  );
  withExamples(
    restore,
    'sunday partitions restore activity_log activity_log_202401',
    'sunday partitions restore activity_log activity_log_202401 --beside',
  );
  type Options = DryRunOptions & { beside?: boolean };
  runs<Options>(restore, context, async (session, options, [table = '', partition = '']) => {
    const as = options.beside === true ? ('BESIDE' as const) : ('ATTACHED' as const);
    const input = { ...(await toInput(session, options)), table, partition, as };
    const answer = await session.client.start(RestorePartitionDocument, input);
    return finish(session, unwrap(answer.restorePartition), options);
  });
}

function addHealth(partitions: Command, context: CommandContext): void {
  const health = withCluster(
    partitions
      .command('health')
      .description('looks at all partitions; exit code 7 when something is CRITICAL'),
  );
  withExamples(health, 'sunday partitions health', "sunday partitions health --json | jq '.health.state'");
  runs<ClusterOption>(health, context, async (session, options) => {
    const name = await resolveCluster(session, options.cluster);
    const { checkPartitionHealth: found } = await session.client.request(PartitionHealthDocument, {
      cluster: name,
    });
    session.show({ cluster: name, health: found }, () => describeHealth(found, name, session.terminal));
    return found.state === 'CRITICAL' ? 7 : 0;
  });
}

function withDryRun(command: Command): Command {
  return withStartOptions(withCluster(command).option('--dry-run', 'only say what would be done'));
}

async function toInput(session: Session, options: DryRunOptions) {
  const cluster = await resolveCluster(session, options.cluster);
  return { cluster, dryRun: options.dryRun ?? false, ...startFields(options) };
}

interface Answer {
  readonly operation: Parameters<typeof waitForOperation>[1] | null;
  readonly plan: {
    readonly summary: string;
    readonly steps: readonly string[];
    readonly warnings: readonly string[];
  };
}

function finish(
  session: Session,
  { operation, plan }: Answer,
  options: StartOptions,
): Promise<number> | number {
  if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
  session.show({ plan }, () =>
    [
      plan.summary,
      ...plan.steps.map((one, index) => `  ${index + 1}. ${one}`),
      ...plan.warnings.map((one) => `warning: ${one}`),
    ].join('\n'),
  );
  return 0;
}
