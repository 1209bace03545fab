import { type Command, InvalidArgumentError } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import {
  type CommandContext,
  runs,
  type StartOptions,
  wholeNumber,
  withCluster,
  withExamples,
} from '../command.ts';
import { formatTime } from '../terminal/format.ts';
import {
  BackupRetentionDocument,
  type BackupRetentionQuery,
  UpdateBackupRetentionDocument,
} from '../generated/graphql.ts';
import { requireCluster, resolveCluster, type Session, unwrap } from '../session.ts';
import { formatPairs } from '../terminal/terminal.ts';

type Policy = NonNullable<NonNullable<BackupRetentionQuery['cluster']>['backupRetention']>;

interface PolicyOptions extends Pick<StartOptions, 'reason' | 'onBehalfOf'> {
  readonly cluster?: string;
  readonly keepFulls?: number;
  readonly keepDays?: number | 'none';
  readonly recoveryDays?: number;
}

/** `backups retention`: the policy of a cluster; with one of its numbers, that one is set and the others stay. */
export function addPolicy(backups: Command, context: CommandContext): void {
  const retention = withCluster(
    backups
      .command('retention')
      .description(
        'shows how long backups stay; with a number, sets that. Nothing is removed before `expire`',
      ),
  )
    .addOption(wholeNumber('--keep-fulls <number>', 'so many valid full backups stay', [1, 1_000]))
    .option('--keep-days <number>', 'younger backups stay; none: age is no reason to stay', parseDays)
    .addOption(
      wholeNumber('--recovery-days <number>', 'every moment of so many days can be recovered', [0, 36_500]),
    )
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(
    retention,
    'sunday backups retention',
    'sunday backups retention --keep-fulls 8 --recovery-days 30 --reason "audit 2026"',
    'sunday backups expire --dry-run',
  );
  runs<PolicyOptions>(retention, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const policy = await change(session, cluster, options, await find(session, cluster));
    session.show({ cluster, retention: policy }, () => formatPolicy(policy));
  });
}

function parseDays(text: string): number | 'none' {
  const days = Number(text);
  if (text === 'none') return text;
  if (Number.isInteger(days) && days >= 1 && days <= 36_500) return days;
  throw new InvalidArgumentError('It takes a whole number from 1 to 36500, or none.');
}

async function find(session: Session, cluster: string): Promise<Policy> {
  const answer = await session.client.request(BackupRetentionDocument, { cluster });
  const { backupRetention } = requireCluster(answer.cluster, cluster);
  if (backupRetention !== null) return backupRetention;
  throw new InvalidInputError(['--cluster'], `no backups are configured for ${cluster}`);
}

/** The policy from before when nothing is to be changed. */
async function change(
  session: Session,
  cluster: string,
  options: PolicyOptions,
  before: Policy,
): Promise<Policy> {
  const { keepFulls, keepDays, recoveryDays, reason, onBehalfOf } = options;
  if (keepFulls === undefined && keepDays === undefined && recoveryDays === undefined) return before;
  const input = {
    cluster,
    keepFulls: keepFulls ?? before.keepFulls,
    keepDays: keepDays === 'none' ? null : (keepDays ?? before.keepDays),
    recoveryDays: recoveryDays ?? before.recoveryDays,
    ...(reason === undefined ? {} : { reason }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  };
  const answer = await session.client.request(UpdateBackupRetentionDocument, { input });
  return unwrap(answer.updateBackupRetention).retention;
}

function formatPolicy({ keepFulls, keepDays, recoveryDays, updatedBy, updatedAt }: Policy): string {
  return formatPairs([
    ['full backups', `the newest ${keepFulls} valid ones stay, with all that builds on them`],
    ['age', keepDays === null ? 'no reason to stay' : `backups of the last ${keepDays} days stay`],
    ['recovery', `every moment of the last ${recoveryDays} days`],
    ['set by', updatedBy === null ? 'nobody: this is the default' : `${updatedBy}, ${formatTime(updatedAt)}`],
  ]);
}
