import type { Command } from 'commander';
import { runs, withCluster, withExamples, type CommandContext } from './command.ts';
import { formatFigure, NOTHING } from './format.ts';
import { HealthDocument, type HealthState, type MetricLineFragment } from './generated/graphql.ts';
import { resolveCluster } from './session.ts';
import { formatTable, type Colour, type Terminal } from './terminal.ts';

const COLOURS: Record<HealthState, Colour> = {
  OK: 'green',
  UNKNOWN: 'cyan',
  WARNING: 'yellow',
  CRITICAL: 'red',
};

export function addHealth(program: Command, context: CommandContext): void {
  const health = withCluster(
    program
      .command('health')
      .description('measures a cluster now: connections, cache, replication, transactions, archive, size')
      .option('--check', 'end with exit code 7 when anything is CRITICAL, for cron and monitors'),
  );
  withExamples(health, 'sunday health', 'sunday health --cluster main --check');
  runs<{ cluster?: string; check?: boolean }>(health, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const { checkDatabaseHealth: report } = await session.client.request(HealthDocument, { cluster });
    session.show({ cluster, health: report }, () => {
      const head = `${cluster} is ${paintState(session.terminal, report.state)}`;
      return [head, '', formatMetrics(report.metrics, session.terminal), ...formatHints(report.metrics)].join(
        '\n',
      );
    });
    return options.check === true && report.state === 'CRITICAL' ? 7 : 0;
  });
}

export function paintState(terminal: Terminal, state: HealthState): string {
  return terminal.paint(COLOURS[state], state);
}

function formatMetrics(metrics: readonly MetricLineFragment[], terminal: Terminal): string {
  return formatTable(
    [
      ...[
        { title: 'state' },
        { title: 'metric' },
        { title: 'instance' },
        { title: 'value', align: 'right' as const },
      ],
      ...[
        { title: 'target', align: 'right' as const },
        { title: 'critical', align: 'right' as const },
        { title: 'because' },
      ],
    ],
    metrics.map((one) => [
      paintState(terminal, one.state),
      one.name.replaceAll('_', ' '),
      one.instance ?? NOTHING,
      formatFigure(one.value, one.unit),
      formatFigure(one.target, one.unit),
      formatFigure(one.critical, one.unit),
      one.reason ?? '',
    ]),
  );
}

/** Each once, however many figures it would help. */
export function formatHints(metrics: readonly MetricLineFragment[]): readonly string[] {
  const hints = new Set(metrics.flatMap(({ hint }) => (hint === null ? [] : [hint])));
  return hints.size === 0 ? [] : ['', ...[...hints].map((one) => `hint:  ${one}`)];
}
