import { Option, type Command } from 'commander';
import { runs, wholeNumber, withExamples, type CommandContext } from '../command.ts';
import { formatAge, formatDuration, formatFigure, NOTHING } from '../terminal/format.ts';
import {
  PlatformHistoryDocument,
  type PlatformKind,
  type PlatformLineFragment,
  PlatformServiceDocument,
  PlatformServicesDocument,
} from '../generated/graphql.ts';
import { formatHistory, toMoment, widthOf } from '../health/history.ts';
import { formatHints, paintState } from '../health/state.ts';
import { formatServices, formatTrouble, requireService } from './lines.ts';
import { addPlatformActions } from './actions.ts';
import { addPlatformThresholds } from './thresholds.ts';
import { formatPairs, formatTable, type Terminal, right } from '../terminal/terminal.ts';

interface ListOptions {
  readonly kind?: string;
  readonly check?: boolean;
}

interface HistoryOptions {
  readonly from?: Date;
  readonly to?: Date;
  readonly step?: number;
}

const KINDS = ['redis', 'clickhouse', 'elasticsearch', 's3'] as const;

export function addPlatform(program: Command, context: CommandContext): void {
  const platform = program
    .command('platform')
    .description('what stands beside the clusters: Redis, ClickHouse, Elasticsearch, S3');
  withExamples(platform, 'sunday platform list', 'sunday platform show redis');

  const list = platform
    .command('list')
    .description('all services that are configured, and what is not OK')
    .addOption(new Option('--kind <kind>', 'only those of this kind').choices(KINDS))
    .option('--check', 'end with exit code 7 when anything is CRITICAL, for cron and monitors');
  withExamples(list, 'sunday platform list', 'sunday platform list --kind redis --check');
  runs<ListOptions>(list, context, async ({ client, show, terminal }, { kind, check }) => {
    const filter = kind === undefined ? {} : { kind: kind.toUpperCase() as PlatformKind };
    const { platformServices: services } = await client.request(PlatformServicesDocument, filter);
    show({ services }, () =>
      services.length === 0
        ? 'Nothing is configured beside the clusters: see `platform` in docs/configuration.md.'
        : [
            formatServices(services, terminal),
            ...services.flatMap((one) => withHints(one, formatTrouble(one, terminal))),
          ].join('\n'),
    );
    return check === true && services.some(({ state }) => state === 'CRITICAL') ? 7 : 0;
  });

  const show = platform
    .command('show')
    .description('one service with all of its figures')
    .argument('<name>', 'name of the service');
  withExamples(show, 'sunday platform show redis', 'sunday platform show redis --json');
  runs(show, context, async (session, _options, [name = '']) => {
    const answer = await session.client.request(PlatformServiceDocument, { name });
    const service = requireService(answer.platformService, name);
    session.show({ service }, () =>
      [
        formatPairs(describeService(service, session.terminal)),
        '',
        formatMetrics(service, session.terminal),
        ...formatHints(service.metrics),
      ].join('\n'),
    );
  });
  addHistory(platform, context);
  addPlatformThresholds(platform, context);
  addPlatformActions(platform, context);
}

function withHints({ metrics }: PlatformLineFragment, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines, ...formatHints(metrics)];
}

function addHistory(platform: Command, context: CommandContext): void {
  const history = platform
    .command('history')
    .description('plots a figure of a service over time')
    .argument('<name>', 'name of the service')
    .argument('<metric>', 'name of the figure, e.g. redis_memory_used; `sunday platform show` has all')
    .option(
      '--from <time>',
      'start: a time with its zone, or how long ago, e.g. 6h; left out: an hour ago',
      toMoment,
    )
    .option('--to <time>', 'end, in the same way; left out: now', toMoment)
    .addOption(wholeNumber('--step <seconds>', 'length of a step', [10, 2_678_400]));
  withExamples(history, 'sunday platform history redis redis_memory_used --from 6h');
  runs<HistoryOptions>(history, context, async (session, options, [name = '', metric = '']) => {
    const { from = toMoment('1h'), to, step } = options;
    const answer = await session.client.request(PlatformHistoryDocument, {
      ...{ name, metric, step: step ?? widthOf(from, to) },
      range: { from: from.toISOString(), ...(to === undefined ? {} : { to: to.toISOString() }) },
    });
    const { history: found } = requireService(answer.platformService, name);
    session.show({ service: name, metric, history: found }, () =>
      formatHistory(`${metric.replaceAll('_', ' ')} of ${name}`, found),
    );
  });
}

function describeService(
  service: PlatformLineFragment,
  terminal: Terminal,
): readonly (readonly [string, string])[] {
  return [
    ['service', service.name],
    ['kind', service.kind.toLowerCase()],
    ['address', service.address],
    ['state', paintState(terminal, service.state)],
    ['seen', formatAge(service.checkedAt)],
    ...describeFacts(service),
  ];
}

function describeFacts(service: PlatformLineFragment): readonly (readonly [string, string])[] {
  switch (service.__typename) {
    case 'RedisService':
      return [
        ['version', service.version ?? NOTHING],
        ['role', service.role?.toLowerCase() ?? NOTHING],
        ['replicas', String(service.connectedReplicas ?? NOTHING)],
        ['up for', formatDuration(service.uptimeSeconds)],
      ];
    case 'ClickHouseService':
      return [
        ['version', service.version ?? NOTHING],
        ['replicated tables', String(service.replicatedTables ?? NOTHING)],
        ['up for', formatDuration(service.uptimeSeconds)],
      ];
    case 'ElasticsearchService':
      return [
        ['version', service.version ?? NOTHING],
        ['cluster name', service.clusterName ?? NOTHING],
        ['status', service.status?.toLowerCase() ?? NOTHING],
        ['nodes', String(service.nodes ?? NOTHING)],
      ];
    default:
      return [];
  }
}

function formatMetrics({ kind, metrics }: PlatformLineFragment, terminal: Terminal): string {
  const prefix = `${kind.toLowerCase()} `;
  return formatTable(
    ['state', 'metric', right('value'), right('target'), right('critical'), 'because'],
    metrics.map((one) => [
      paintState(terminal, one.state),
      one.name.replaceAll('_', ' ').replace(prefix, ''),
      formatFigure(one.value, one.unit),
      formatFigure(one.target, one.unit),
      formatFigure(one.critical, one.unit),
      one.reason ?? '',
    ]),
  );
}
