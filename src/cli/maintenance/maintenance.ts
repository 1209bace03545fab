import { Argument, type Command } from 'commander';
import {
  type CommandContext,
  runs,
  startFields,
  type StartOptions,
  wholeNumber,
  withCluster,
  withExamples,
  withStartOptions,
} from '../command.ts';
import { formatTime } from '../terminal/format.ts';
import {
  MaintenanceHistoryDocument,
  MaintenanceTasksDocument,
  type MaintenanceTaskName,
  RunMaintenanceTaskDocument,
} from '../generated/graphql.ts';
import { formatFound, formatTasks, isFound } from './text.ts';
import { resolveCluster, unwrap } from '../session.ts';
import { waitForOperation } from '../terminal/watch.ts';

const TASKS: Readonly<Record<string, MaintenanceTaskName>> = {
  'slow-query-review': 'SLOW_QUERY_REVIEW',
  'connection-check': 'CONNECTION_CHECK',
  'error-log-review': 'ERROR_LOG_REVIEW',
  'move-leftover-check': 'MOVE_LEFTOVER_CHECK',
  analyze: 'ANALYZE',
  'index-usage-review': 'INDEX_USAGE_REVIEW',
  'plan-review': 'PLAN_REVIEW',
  'capacity-planning': 'CAPACITY_PLANNING',
  vacuum: 'VACUUM',
  reindex: 'REINDEX',
  'security-audit': 'SECURITY_AUDIT',
};

interface ClusterOption {
  readonly cluster?: string;
}

export function addMaintenance(program: Command, context: CommandContext): void {
  const maintenance = program
    .command('maintenance')
    .description('what has to be done daily, weekly and monthly, and what it found');
  withExamples(maintenance, 'sunday maintenance list', 'sunday maintenance run security-audit');
  addList(maintenance, context);
  addRun(maintenance, context);
  addHistory(maintenance, context);
}

function addList(maintenance: Command, context: CommandContext): void {
  const list = withCluster(
    maintenance.command('list').description('all tasks with their next and last runs'),
  );
  withExamples(list, 'sunday maintenance list --cluster main');
  runs<ClusterOption>(list, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { maintenanceTasks } = await session.client.request(MaintenanceTasksDocument, { cluster });
    session.show({ cluster, maintenanceTasks }, () => formatTasks(maintenanceTasks, session.terminal));
  });
}

const task = () => new Argument('<task>', 'which one').choices(Object.keys(TASKS));
const toTask = (name: string): MaintenanceTaskName => TASKS[name] ?? 'SLOW_QUERY_REVIEW';

function addRun(maintenance: Command, context: CommandContext): void {
  const run = withStartOptions(
    withCluster(
      maintenance
        .command('run')
        .description('runs a task; exit code 7 when it found something CRITICAL')
        .addArgument(task())
        .option('--dry-run', 'only say what would be done')
        .addOption(wholeNumber('--minutes <number>', 'at most so long', [1, 720]).default(60))
        .addOption(
          wholeNumber('--cost-delay <ms>', 'pause of VACUUM and ANALYZE; 0: none', [0, 100]).default(2),
        ),
    ),
  );
  withExamples(run, 'sunday maintenance run vacuum --dry-run', 'sunday maintenance run reindex --minutes 30');
  type Options = ClusterOption & StartOptions & { dryRun?: boolean; minutes: number; costDelay: number };
  runs<Options>(run, context, async (session, options, [name = '']) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { minutes, costDelay: costDelayMs, dryRun = false } = options;
    const bounds = { minutes, costDelayMs, dryRun, ...startFields(options) };
    const input = { cluster, task: toTask(name), ...bounds };
    const answer = await session.client.start(RunMaintenanceTaskDocument, input);
    const { operation, plan } = unwrap(answer.runMaintenanceTask);
    if (operation === null) {
      session.show({ plan }, () =>
        [
          plan.summary,
          ...plan.steps.map((one) => `  ${one}`),
          ...plan.warnings.map((one) => `warning: ${one}`),
        ].join('\n'),
      );
      return 0;
    }
    const worst = { isCritical: false };
    const exitCode = await waitForOperation(session, operation, {
      wait: options.wait,
      details({ result }) {
        if (!isFound(result)) return null;
        worst.isCritical = result.findings.some(({ severity }) => severity === 'CRITICAL');
        return { text: formatFound(result, session.terminal), document: {} };
      },
    });
    return exitCode === 0 && worst.isCritical ? 7 : exitCode;
  });
}

function addHistory(maintenance: Command, context: CommandContext): void {
  const history = withCluster(
    maintenance.command('history').description('what the last ten runs of a task found').addArgument(task()),
  );
  withExamples(history, 'sunday maintenance history security-audit');
  runs<ClusterOption>(history, context, async (session, options, [name = '']) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { maintenanceTasks } = await session.client.request(MaintenanceHistoryDocument, { cluster });
    const found = maintenanceTasks.find((one) => one.name === toTask(name))?.runs ?? [];
    session.show({ cluster, task: toTask(name), runs: found }, () =>
      found.length === 0
        ? 'It has not run yet.'
        : found
            .map((one) => `${formatTime(one.finishedAt)}\n\n${formatFound(one, session.terminal)}`)
            .join('\n\n'),
    );
  });
}
