import { type Command, Option } from 'commander';
import {
  type CommandContext,
  runs,
  type StartOptions,
  startFields,
  withCluster,
  withExamples,
} from '../command.ts';
import { NOTHING } from '../terminal/format.ts';
import {
  type BackupAction,
  BackupSchedulesDocument,
  UpsertBackupScheduleDocument,
} from '../generated/graphql.ts';
import { resolveCluster, unwrap } from '../session.ts';
import { formatTable } from '../terminal/terminal.ts';

const ACTIONS = ['full', 'differential', 'incremental', 'verify', 'cleanup'] as const;

interface ScheduleOptions extends StartOptions {
  readonly cluster?: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly verify: boolean;
  readonly repository?: string;
}

/** `backups schedule`: the schedules of a cluster's backups, or with an action and a cron, one that is set. */
export function addSchedule(backups: Command, context: CommandContext): void {
  const schedule = withCluster(
    backups
      .command('schedule')
      .description('shows when backups are taken, verified and removed; with --cron, sets one of that')
      .addArgument(backups.createArgument('[action]', 'what is done').choices(ACTIONS)),
  )
    .addOption(new Option('--cron <expression>', 'when: five fields, or six with the seconds first'))
    .option('--timezone <name>', 'of --cron, e.g. Europe/Berlin; left out: UTC')
    .option('--repository <name>', 'of --cron: the repository; left out: of a backup the first, else all')
    .option('--no-verify', 'do not read a backup back after it was taken')
    .option('--reason <text>', 'why, for the audit log')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(
    schedule,
    'sunday backups schedule',
    'sunday backups schedule full --cron "0 3 * * SAT" --timezone Europe/Berlin',
    'sunday backups schedule full --cron "0 4 * * SUN" --repository offsite',
  );
  runs<ScheduleOptions>(schedule, context, async (session, options, [action]) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { cron, timezone, verify, repository } = options;
    if (action !== undefined && cron !== undefined) {
      const input = {
        ...{ cluster, cron, verify, action: action.toUpperCase() as BackupAction },
        ...(timezone === undefined ? {} : { timezone }),
        ...(repository === undefined ? {} : { repository }),
        ...startFields(options),
      };
      const answer = await session.client.request(UpsertBackupScheduleDocument, { input });
      const set = unwrap(answer.upsertBackupSchedule);
      session.show(
        { cluster, ...set },
        () =>
          `✓ ${set.schedule?.name ?? action} is set; it runs next at ${set.nextRuns[0]?.localTime ?? NOTHING}`,
      );
      return;
    }
    const { backupSchedules } = await session.client.request(BackupSchedulesDocument, { cluster });
    const found = backupSchedules.filter(
      (one) => action === undefined || one.backupAction === action.toUpperCase(),
    );
    session.show({ cluster, schedules: found }, () =>
      found.length === 0 ? `${cluster} has no schedule of backups.` : formatSchedules(found),
    );
  });
}

type Found = readonly {
  readonly name: string;
  readonly backupAction: BackupAction | null;
  readonly state: string;
  readonly cron: string | null;
  readonly timezone: string;
  readonly nextRuns: readonly { readonly localTime: string }[];
}[];

function formatSchedules(found: Found): string {
  return formatTable(
    ['schedule', 'does', 'state', 'when', 'next run'],
    found.map((one) => [
      one.name,
      one.backupAction?.toLowerCase() ?? NOTHING,
      one.state,
      `${one.cron ?? 'once'} ${one.timezone}`,
      one.nextRuns[0]?.localTime ?? NOTHING,
    ]),
  );
}
