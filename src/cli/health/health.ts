import type { Command } from 'commander';
import { runs, withCluster, withExamples, type CommandContext } from '../command.ts';
import { formatAge, formatFigure, NOTHING } from '../terminal/format.ts';
import { HealthDocument, type MetricLineFragment } from '../generated/graphql.ts';
import { addHealthHistory } from './history.ts';
import { formatHints, paintState } from './state.ts';
import { addHealthThresholds } from './thresholds.ts';
import { describePlatform } from '../platform/lines.ts';
import { resolveCluster } from '../session.ts';
import { formatTable, type Terminal, right } from '../terminal/terminal.ts';

/** Worst first: what is wrong is what people look for. */
const STATES = ['CRITICAL', 'WARNING', 'UNKNOWN', 'OK'] as const;
const GROUPS = ['REPLICATION', 'SESSIONS', 'STORAGE', 'HOST'] as const;

interface HealthOptions {
  readonly cluster?: string;
  readonly check?: boolean;
  readonly all?: boolean;
}

export function addHealth(program: Command, context: CommandContext): void {
  const health = withCluster(
    program
      .command('health')
      .description('measures a cluster now, and shows what is not OK in it and beside the clusters')
      .option('--all', 'show what is OK, too')
      .option('--check', 'end with exit code 7 when the cluster is CRITICAL, for cron and monitors'),
  );
  withExamples(health, 'sunday health', 'sunday health --all', 'sunday health --cluster main --check');
  runs<HealthOptions>(health, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const answer = await session.client.request(HealthDocument, { cluster });
    const { checkDatabaseHealth: report, platformServices } = answer;
    session.show({ cluster, health: report, platformServices }, () => {
      const shown = report.metrics.filter(({ state }) => options.all === true || state !== 'OK');
      return [
        `${cluster} is ${paintState(session.terminal, report.state)}: ${countStates(report.metrics)}`,
        ...formatGroups(shown, session.terminal),
        ...formatHints(shown),
        ...describePlatform(platformServices, session.terminal),
      ].join('\n');
    });
    return options.check === true && report.state === 'CRITICAL' ? 7 : 0;
  });
  addHealthHistory(health, context);
  addHealthThresholds(health, context);
}

/** `1 critical, 34 ok`. */
function countStates(metrics: readonly MetricLineFragment[]): string {
  return STATES.map((state) => [state, metrics.filter((one) => one.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state.toLowerCase()}`)
    .join(', ');
}

function formatGroups(metrics: readonly MetricLineFragment[], terminal: Terminal): readonly string[] {
  return GROUPS.flatMap((group) => {
    const lines = metrics.filter((one) => one.group === group);
    return lines.length === 0 ? [] : ['', terminal.paint('bold', group), formatMetrics(lines, terminal)];
  });
}

function formatMetrics(metrics: readonly MetricLineFragment[], terminal: Terminal): string {
  return formatTable(
    ['state', 'metric', 'instance', right('value'), right('target'), right('critical'), 'seen', 'because'],
    STATES.flatMap((state) => metrics.filter((one) => one.state === state)).map((one) => [
      paintState(terminal, one.state),
      one.name.replaceAll('_', ' '),
      one.instance ?? NOTHING,
      formatFigure(one.value, one.unit),
      formatFigure(one.target, one.unit),
      formatFigure(one.critical, one.unit),
      formatAge(one.sampledAt),
      one.reason ?? '',
    ]),
  );
}
