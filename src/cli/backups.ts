import { Option, type Command } from 'commander';
import { LABEL_HELP, listBackups, resolveLabel, type ListedBackup } from './backup-labels.ts';
import { addRestore } from './backup-restore.ts';
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
import { StartBackupDocument, VerifyBackupDocument, type BackupType } from './generated/graphql.ts';
import { resolveCluster, unwrap } from './session.ts';
import { formatTable, type Terminal } from './terminal.ts';
import { waitForOperation } from './watch.ts';

interface ClusterOption {
  readonly cluster?: string;
}

const TYPES = ['full', 'differential', 'incremental'] as const;

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

function formatBackups(backups: readonly ListedBackup[], terminal: Terminal): string {
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
