import { type Command, Option } from 'commander';
import {
  type CommandContext,
  runs,
  startFields,
  type StartOptions,
  withCluster,
  withExamples,
  withStartOptions,
} from '../command.ts';
import { formatBytes } from '../terminal/format.ts';
import {
  CompletePartitionTableDocument,
  PartitionTableDocument,
  type PartitionTableMutation,
} from '../generated/graphql.ts';
import { resolveCluster, unwrap } from '../session.ts';
import { waitForOperation } from '../terminal/watch.ts';

type Plan = Extract<
  PartitionTableMutation['partitionTable'],
  { __typename: 'PartitionTableSuccess' }
>['plan'];
type Options = StartOptions & { readonly cluster?: string; readonly dryRun?: boolean };
type ConvertOptions = Options & {
  readonly column: string;
  readonly interval: 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';
  readonly keep: number;
  readonly ahead: number;
  readonly extendKeys?: boolean;
  readonly rowsPerSecond?: number;
  readonly patience: number;
};

export function addConvert(partitions: Command, context: CommandContext): void {
  const convert = withStartOptions(
    withCluster(
      partitions
        .command('convert')
        .description('turns a plain table into a partitioned one while it is used')
        .argument('<table>', 'e.g. notifications')
        .requiredOption('--column <name>', 'column of time, NOT NULL, e.g. created_at')
        .addOption(
          new Option('--interval <interval>', 'how long a partition is')
            .choices(['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'])
            .default('MONTH'),
        )
        .requiredOption('--keep <months>', 'months that its policy keeps', Number)
        .option('--ahead <months>', 'months that are made ahead', Number, 3)
        .option('--extend-keys', 'append the column to unique keys that lack it')
        .option('--rows-per-second <rows>', 'copy no faster', Number)
        .option('--patience <seconds>', 'how long it tries to get its locks', Number, 600)
        .option('--dry-run', 'only say what would be done, and what stops it'),
    ),
  );
  withExamples(
    convert,
    'sunday partitions convert notifications --column created_at --keep 12 --extend-keys --dry-run',
    'sunday partitions convert notifications --column created_at --keep 12 --extend-keys',
  );
  runs<ConvertOptions>(convert, context, async (session, options, [table = '']) => {
    const { column, interval, keep, ahead, extendKeys, rowsPerSecond, patience } = options;
    const input = {
      ...{ cluster: await resolveCluster(session, options.cluster), table, column, interval },
      ...{ retentionMonths: keep, premakeMonths: ahead, extendKeys: extendKeys ?? false },
      ...(rowsPerSecond === undefined ? {} : { rowsPerSecond }),
      ...{ swapPatienceSeconds: patience, dryRun: options.dryRun ?? false, ...startFields(options) },
    };
    const answer = await session.client.start(PartitionTableDocument, input);
    const { operation, plan } = unwrap(answer.partitionTable);
    if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
    session.show({ plan }, () => describePlan(plan));
    return plan.problems.length === 0 ? 0 : 5;
  });
}

export function addComplete(partitions: Command, context: CommandContext): void {
  const complete = withStartOptions(
    withCluster(
      partitions
        .command('complete')
        .description('drops the plain table that a conversion has replaced and kept')
        .argument('<table>', 'e.g. notifications')
        .option('--confirm <table>', 'its name once more')
        .option('--dry-run', 'only say what would be dropped'),
    ),
  );
  withExamples(complete, 'sunday partitions complete notifications --confirm notifications');
  runs<Options & { confirm?: string }>(complete, context, async (session, options, [table = '']) => {
    const { confirm } = options;
    const input = {
      ...{ cluster: await resolveCluster(session, options.cluster), table },
      ...(confirm === undefined ? {} : { confirm }),
      ...{ dryRun: options.dryRun ?? false, ...startFields(options) },
    };
    const answer = await session.client.start(CompletePartitionTableDocument, input);
    const { operation, plan } = unwrap(answer.completePartitionTable);
    if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
    session.show({ plan }, () => [plan.summary, ...plan.warnings.map((one) => `warning: ${one}`)].join('\n'));
    return 0;
  });
}

function describePlan(plan: Plan): string {
  const free = plan.freeBytes === null ? 'UNKNOWN' : formatBytes(plan.freeBytes);
  return [
    plan.summary,
    `about ${plan.rows} rows, ${formatBytes(plan.bytes)}; free: ${free}; about ${plan.estimatedSeconds} s`,
    ...plan.steps.map((one, index) => `  ${index + 1}. ${one}`),
    'locks, each waited for half a second at a time:',
    ...plan.locks.map(
      (one) =>
        `  ${one.lock} on ${one.on} for about ${one.estimatedMs} ms: ${one.what}; ${one.whoWaits} wait`,
    ),
    ...plan.warnings.map((one) => `warning: ${one}`),
    ...plan.problems.map(({ check, detail, hint }) => `stopped by ${check}: ${detail}\n  ${hint}`),
  ].join('\n');
}
