import { Option, type Command } from 'commander';
import { LABEL_HELP, listBackups, resolveLabel, type ListedBackup } from './labels.ts';
import { addReport } from './report.ts';
import { addPolicy } from './policy.ts';
import { addRestore } from './restore.ts';
import { addExpire, addHolds } from './retention.ts';
import { addSchedule } from './schedule.ts';
import { addWindows } from './windows.ts';
import { addDrill } from '../drills/drills.ts';
import {
  runs,
  startFields,
  wholeNumber,
  withCluster,
  withExamples,
  withStartOptions,
  type CommandContext,
  type StartOptions,
} from '../command.ts';
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatTime,
  NOTHING,
  secondsBetween,
} from '../terminal/format.ts';
import {
  StartBackupDocument,
  VerifyBackupDocument,
  type BackupSourceChoice,
  type BackupType,
} from '../generated/graphql.ts';
import { resolveCluster, unwrap } from '../session.ts';
import { formatTable, type Terminal, right } from '../terminal/terminal.ts';
import { describeVerification } from './verification-text.ts';
import { waitForOperation } from '../terminal/watch.ts';

interface ClusterOption {
  readonly cluster?: string;
}

const SOURCES = ['auto', 'standby', 'primary'] as const;
const TYPES = ['full', 'differential', 'incremental'] as const;

export function addBackups(program: Command, context: CommandContext): void {
  const backups = program.command('backups').description('physical backups of a cluster');
  withExamples(backups, 'sunday backups start --cluster main --type full', 'sunday backups verify latest');
  addStart(backups, context);
  addList(backups, context);
  addVerify(backups, context);
  addRestore(backups, context);
  addWindows(backups, context);
  addDrill(backups, context);
  addReport(backups, context);
  addExpire(backups, context);
  addPolicy(backups, context);
  addHolds(backups, context);
  addSchedule(backups, context);
}

function addStart(backups: Command, context: CommandContext): void {
  const start = withStartOptions(
    withCluster(backups.command('start').description('takes a backup and shows its progress')).addOption(
      new Option('--type <type>', 'how much of the cluster is copied').choices(TYPES).default('full'),
    ),
  )
    .option('--base <label>', 'label or alias of the backup that it must build on')
    .option('--repository <name>', 'the repository that gets it; left out: the first')
    .addOption(
      new Option('--from <server>', 'the server that the files come from').choices(SOURCES).default('auto'),
    )
    .option('--verify', 'read it back afterwards');
  withExamples(
    start,
    'sunday backups start --cluster main --type full',
    'sunday backups start --type incremental --base full_20261122_064811',
    'sunday backups start --repository offsite --reason "before the upgrade" --no-wait',
  );
  type Options = ClusterOption &
    StartOptions & { type: string; from: string; base?: string; repository?: string; verify?: boolean };
  runs<Options>(start, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const type = options.type.toUpperCase() as BackupType;
    const from = options.from.toUpperCase() as BackupSourceChoice;
    const { base, repository, verify } = options;
    const answer = await session.client.start(StartBackupDocument, {
      ...{ cluster, type, from },
      ...(base === undefined ? {} : { base }),
      ...(repository === undefined ? {} : { repository }),
      ...(verify === undefined ? {} : { verify }),
      ...startFields(options),
    });
    return waitForOperation(session, unwrap(answer.startBackup).operation, { wait: options.wait });
  });
}

function addList(backups: Command, context: CommandContext): void {
  const list = withCluster(backups.command('list').description('backups, newest first'))
    .addOption(wholeNumber('--limit <number>', 'at most so many', [1, 100]).default(20))
    .option('--expired', 'also those that the repository has no more');
  withExamples(list, 'sunday backups list', "sunday backups list --json | jq -r '.backups[0].label'");
  runs<ClusterOption & { limit: number; expired?: boolean }>(list, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const found = await listBackups(session, cluster, options.limit, options.expired);
    session.show({ cluster, backups: found }, () =>
      found.length === 0
        ? `${cluster} has no backup yet: sunday backups start --cluster ${cluster}`
        : formatBackups(found, session.terminal),
    );
  });
}

const COLOURS = { RUNNING: 'yellow', COMPLETE: 'green', INVALID: 'red', EXPIRED: 'red' } as const;

function formatBackups(backups: readonly ListedBackup[], terminal: Terminal): string {
  return formatTable(
    [
      'label',
      'alias',
      'state',
      'finished',
      right('took'),
      right('database'),
      right('repository'),
      'in',
      'verified',
      'kept because',
    ],
    backups.map((one) => [
      one.label,
      one.alias,
      terminal.paint(COLOURS[one.state], one.state),
      formatTime(one.finishedAt),
      formatDuration(secondsBetween(one.startedAt, one.finishedAt ?? new Date().toISOString())),
      formatBytes(one.databaseBytes),
      formatBytes(one.repositoryBytes),
      one.repository,
      one.verifiedAt === null ? 'never' : formatAge(one.verifiedAt),
      one.state === 'EXPIRED' || one.state === 'RUNNING' ? NOTHING : (one.keptBecause[0]?.text ?? 'nothing'),
    ]),
  );
}

function addVerify(backups: Command, context: CommandContext): void {
  const verify = withStartOptions(
    withCluster(
      backups.command('verify').description('reads a backup and its log back and checks every file'),
    )
      .argument('[label]', `${LABEL_HELP}; left out: all of them`)
      .option('--repository <name>', 'only what is in this repository'),
  );
  withExamples(
    verify,
    'sunday backups verify',
    'sunday backups verify latest',
    'sunday backups verify 20261122-064811F --cluster main',
  );
  runs<ClusterOption & StartOptions & { repository?: string }>(
    verify,
    context,
    async (session, options, [named]) => {
      const cluster = await resolveCluster(session, options.cluster);
      const label = named === undefined ? null : await resolveLabel(session, cluster, named);
      const answer = await session.client.start(VerifyBackupDocument, {
        ...{ cluster, label },
        ...(options.repository === undefined ? {} : { repository: options.repository }),
        ...startFields(options),
      });
      return waitForOperation(session, unwrap(answer.verifyBackup).operation, {
        wait: options.wait,
        details: describeVerification,
      });
    },
  );
}
