import type { Command } from 'commander';
import {
  type CommandContext,
  runs,
  type StartOptions,
  startFields,
  withCluster,
  withExamples,
  withStartOptions,
} from '../command.ts';
import { LABEL_HELP, resolveLabel } from './labels.ts';
import { formatBytes, formatTime } from '../terminal/format.ts';
import {
  ExpireBackupsDocument,
  type ExpireBackupsMutation,
  HoldBackupDocument,
  ReleaseBackupDocument,
} from '../generated/graphql.ts';
import { resolveCluster, unwrap } from '../session.ts';
import { formatTable } from '../terminal/terminal.ts';
import { waitForOperation } from '../terminal/watch.ts';

type Plan = Extract<ExpireBackupsMutation['expireBackups'], { __typename: 'ExpireBackupsSuccess' }>['plan'];

interface ClusterOption {
  readonly cluster?: string;
}

/** `backups expire`: removes what nothing keeps, or says what that would be. */
export function addExpire(backups: Command, context: CommandContext): void {
  const expire = withStartOptions(
    withCluster(
      backups
        .command('expire')
        .description(
          'removes backups that neither the policy nor a hold keeps, and the log that nothing needs',
        ),
    )
      .option('--repository <name>', 'only what is in this repository')
      .option('--dry-run', 'only say what would go, what stays and why'),
  );
  withExamples(expire, 'sunday backups expire --dry-run', 'sunday backups expire --cluster main');
  type Options = ClusterOption & StartOptions & { dryRun?: boolean; repository?: string };
  runs<Options>(expire, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { dryRun = false, repository } = options;
    const input = {
      ...{ cluster, dryRun, ...startFields(options) },
      ...(repository === undefined ? {} : { repository }),
    };
    const { operation, plan } = unwrap(
      (await session.client.start(ExpireBackupsDocument, input)).expireBackups,
    );
    if (operation !== null) return waitForOperation(session, operation, { wait: options.wait });
    session.show({ cluster, plan }, () => formatPlan(cluster, plan));
    return 0;
  });
}

function formatPlan(cluster: string, { expiring, kept, freedBytes, windows, warnings }: Plan): string {
  const going = expiring.map((one) => [`- ${one.label}`, one.alias, formatBytes(one.freedBytes)]);
  const staying = kept.map((one) => [`  ${one.label}`, one.alias, one.reasons[0] ?? '']);
  const several = windows.length > 1;
  return [
    expiring.length === 0
      ? `Nothing of ${cluster} would go.`
      : `${expiring.length} backup(s) of ${cluster} would go and free ${formatBytes(freedBytes)}:`,
    formatTable(['label', 'alias', 'kept because'], [...going, ...staying]),
    ...windows
      .filter((one) => one.earliestBefore !== one.earliestAfter)
      .map((one) => {
        const where = several ? ` from repository ${one.repositoryKey}` : '';
        return `any moment since ${formatTime(one.earliestAfter)} could be recovered${where}, now since ${formatTime(one.earliestBefore)}`;
      }),
    ...warnings.map((one) => `warning: ${one}`),
  ].join('\n');
}

/** `backups hold` and `backups release`. */
export function addHolds(backups: Command, context: CommandContext): void {
  addHold(backups, context);
  addRelease(backups, context);
}

function addHold(backups: Command, context: CommandContext): void {
  const hold = withCluster(
    backups
      .command('hold')
      .description('says that a backup must stay, with all that it builds on')
      .argument('<label>', LABEL_HELP),
  )
    .requiredOption('--reason <text>', 'why, for whoever looks at it later')
    .option('--until <time>', 'when that ends by itself, with its zone, e.g. 2027-12-01T00:00:00Z')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(
    hold,
    'sunday backups hold full_20261122_064811 --reason "case 17" --until 2027-12-01T00:00:00Z',
  );
  type Options = ClusterOption & StartOptions & { until?: string };
  runs<Options>(hold, context, async (session, options, [named = '']) => {
    const cluster = await resolveCluster(session, options.cluster);
    const label = await resolveLabel(session, cluster, named);
    const { until, reason = '' } = options;
    const input = {
      cluster,
      label,
      ...startFields(options),
      reason,
      ...(until === undefined ? {} : { until }),
    };
    const { backup } = unwrap((await session.client.request(HoldBackupDocument, { input })).holdBackup);
    const end = backup.hold?.until ?? null;
    session.show(
      { cluster, backup },
      () => `✓ ${backup.label} is held ${end === null ? 'until it is released' : `until ${formatTime(end)}`}`,
    );
  });
}

function addRelease(backups: Command, context: CommandContext): void {
  const release = withCluster(
    backups.command('release').description('ends a hold').argument('<label>', LABEL_HELP),
  )
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(release, 'sunday backups release full_20261122_064811');
  runs<ClusterOption & StartOptions>(release, context, async (session, options, [named = '']) => {
    const cluster = await resolveCluster(session, options.cluster);
    const label = await resolveLabel(session, cluster, named);
    const input = { cluster, label, ...startFields(options) };
    const { backup } = unwrap((await session.client.request(ReleaseBackupDocument, { input })).releaseBackup);
    const [reason] = backup.keptBecause;
    session.show(
      { cluster, backup },
      () =>
        `✓ ${backup.label} is not held; ${reason === undefined ? 'the next expiry removes it' : `it stays: ${reason.text}`}`,
    );
  });
}
