import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { RecordedError } from '../errors.ts';
import {
  runs,
  startFields,
  wholeNumber,
  withCluster,
  withExamples,
  withStartOptions,
  type CommandContext,
  type StartOptions,
} from './command.ts';
import { formatAge, formatBytes, formatDuration, formatTime, secondsBetween } from './format.ts';
import {
  BackupsDocument,
  StartBackupDocument,
  StartRestoreDocument,
  VerifyBackupDocument,
  type BackupsQuery,
  type BackupType,
  type StartRestoreMutation,
} from './generated/graphql.ts';
import { requireCluster, resolveCluster, unwrap, type Session } from './session.ts';
import { formatTable, type Terminal } from './terminal.ts';
import { waitForOperation } from './watch.ts';

type Backup = NonNullable<NonNullable<BackupsQuery['cluster']>['backups']>['edges'][number]['node'];
type Plan = Extract<StartRestoreMutation['startRestore'], { __typename: 'StartRestoreSuccess' }>['plan'];

interface ClusterOption {
  readonly cluster?: string;
}

const TYPES = ['full', 'differential', 'incremental'] as const;
const LABEL_HELP = 'label of the backup, or `latest`';

export function addBackups(program: Command, context: CommandContext): void {
  const backups = program.command('backups').description('physical backups of a cluster');
  withExamples(backups, 'sunday backups start --cluster main --type full', 'sunday backups verify latest');
  addStart(backups, context);
  addList(backups, context);
  addVerify(backups, context);
  addRestore(backups, context);
}

function addStart(backups: Command, context: CommandContext): void {
  const start = withStartOptions(
    withCluster(backups.command('start').description('takes a backup and shows its progress')).addOption(
      new Option('--type <type>', 'how much of the cluster is copied').choices(TYPES).default('full'),
    ),
  );
  withExamples(
    start,
    'sunday backups start --cluster main --type full',
    'sunday backups start --reason "before the upgrade" --no-wait',
  );
  runs<ClusterOption & StartOptions & { type: string }>(start, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const type = options.type.toUpperCase() as BackupType;
    const answer = await session.client.start(StartBackupDocument, {
      cluster,
      type,
      ...startFields(options),
    });
    return waitForOperation(session, unwrap(answer.startBackup).operation, { wait: options.wait });
  });
}

function addList(backups: Command, context: CommandContext): void {
  const list = withCluster(backups.command('list').description('backups, newest first')).addOption(
    wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(20),
  );
  withExamples(list, 'sunday backups list', "sunday backups list --json | jq -r '.backups[0].label'");
  runs<ClusterOption & { limit: number }>(list, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const found = await listBackups(session, cluster, options.limit);
    session.show({ cluster, backups: found }, () =>
      found.length === 0
        ? `${cluster} has no backup yet: sunday backups start --cluster ${cluster}`
        : formatBackups(found, session.terminal),
    );
  });
}

function formatBackups(backups: readonly Backup[], terminal: Terminal): string {
  return formatTable(
    [
      ...[
        { title: 'label' },
        { title: 'type' },
        { title: 'state' },
        { title: 'finished' },
        { title: 'took', align: 'right' as const },
      ],
      ...[
        { title: 'database', align: 'right' as const },
        { title: 'repository', align: 'right' as const },
        { title: 'verified' },
      ],
    ],
    backups.map((one) => [
      one.label,
      one.type.toLowerCase(),
      terminal.paint(one.state === 'COMPLETE' ? 'green' : 'red', one.state),
      formatTime(one.finishedAt),
      formatDuration(secondsBetween(one.startedAt, one.finishedAt)),
      formatBytes(one.databaseBytes),
      formatBytes(one.repositoryBytes),
      one.verifiedAt === null ? 'never' : formatAge(one.verifiedAt),
    ]),
  );
}

function addVerify(backups: Command, context: CommandContext): void {
  const verify = withStartOptions(
    withCluster(
      backups.command('verify').description('reads a backup and its log back and checks every file'),
    ).argument('<label>', LABEL_HELP),
  );
  withExamples(
    verify,
    'sunday backups verify latest',
    'sunday backups verify 20261122-064811F --cluster main',
  );
  runs<ClusterOption & StartOptions>(verify, context, async (session, options, [named = '']) => {
    const cluster = await resolveCluster(session, options.cluster);
    const label = await resolveLabel(session, cluster, named);
    const answer = await session.client.start(VerifyBackupDocument, {
      cluster,
      label,
      ...startFields(options),
    });
    return waitForOperation(session, unwrap(answer.verifyBackup).operation, { wait: options.wait });
  });
}

function addRestore(backups: Command, context: CommandContext): void {
  const restore = withStartOptions(
    withCluster(
      backups
        .command('restore')
        .description('restores a backup into a new directory and proves that its rows are there'),
    )
      .argument('<label>', LABEL_HELP)
      .requiredOption('--destination <directory>', 'a new or empty directory on the host of the repository')
      .option('--dry-run', 'only say what would be done'),
  );
  withExamples(
    restore,
    'sunday backups restore latest --destination /srv/restored',
    'sunday backups restore 20261122-064811F --destination /srv/restored --dry-run',
  );
  type Options = ClusterOption & StartOptions & { destination: string; dryRun?: boolean };
  runs<Options>(restore, context, async (session, options, [named = '']) => {
    const cluster = await resolveCluster(session, options.cluster);
    const label = await resolveLabel(session, cluster, named);
    const { dryRun = false } = options;
    const input = {
      cluster,
      label,
      destination: resolve(options.destination),
      dryRun,
      ...startFields(options),
    };
    const answer = await session.client.start(StartRestoreDocument, input);
    const { operation, plan } = unwrap(answer.startRestore);
    if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
    session.show({ cluster, plan }, () => formatPlan(plan));
    return 0;
  });
}

function formatPlan({ summary, steps, warnings }: Plan): string {
  const numbered = steps.map((one, index) => `  ${index + 1}. ${one}`);
  return [summary, ...numbered, ...warnings.map((one) => `warning: ${one}`)].join('\n');
}

async function listBackups({ client }: Session, cluster: string, first: number): Promise<readonly Backup[]> {
  const answer = await client.request(BackupsDocument, { cluster, first });
  return requireCluster(answer.cluster, cluster).backups?.edges.map(({ node }) => node) ?? [];
}

/** `latest` is the newest complete one. */
async function resolveLabel(session: Session, cluster: string, label: string): Promise<string> {
  if (label !== 'latest') return label;
  const complete = (await listBackups(session, cluster, 100)).filter(({ state }) => state === 'COMPLETE');
  const [newest] = complete.toSorted((a, b) => b.finishedAt.localeCompare(a.finishedAt));
  if (newest !== undefined) return newest.label;
  throw new RecordedError({
    code: 'BACKUP_NOT_FOUND',
    message: `${cluster} has no complete backup`,
    hint: `Take one: sunday backups start --cluster ${cluster}`,
    retryable: false,
  });
}
