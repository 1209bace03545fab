import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type CommandContext, runs, wholeNumber, withCluster, withExamples } from '../command.ts';
import { formatDuration, formatFigure, NOTHING } from '../terminal/format.ts';
import {
  HealthDocument,
  LockTreeDocument,
  type LockTreeQuery,
  type MetricLineFragment,
  SlowQueriesDocument,
  type SlowQueriesQuery,
} from '../generated/graphql.ts';
import { toOneLine } from '../sessions/lines.ts';
import { resolveCluster, type Session } from '../session.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What is watched, in this order. */
const METRICS = [
  ...['query_p95', 'throughput', 'connections', 'connections_active', 'cache_hit_ratio'],
  ...['blocked_sessions', 'longest_transaction', 'replication_lag', 'cpu_used', 'io_wait'],
];
const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const WIDTH = 30;
const TOP = 5;
const QUERY_WIDTH = 60;
const WINDOW_SECONDS = 300;
/** Homes the cursor and clears what is below it: no flicker, and the lines above stay. */
const REDRAW = '\u001b[H\u001b[J';
const INTERRUPTED = 130; // as shells say it: 128 + SIGINT

interface Look {
  readonly metrics: readonly MetricLineFragment[];
  readonly slow: SlowQueriesQuery['slowQueries'];
  readonly blockers: LockTreeQuery['lockTree']['nodes'];
}

/** `sunday performance monitor`: a live view on a terminal, one line for each look elsewhere. */
export function addMonitorCommand(performance: Command, context: CommandContext): void {
  const monitor = withCluster(
    performance
      .command('monitor')
      .description(
        'watches the key metrics, the costliest statements and who holds up whom, then ends by itself',
      )
      .addOption(wholeNumber('--duration <seconds>', 'for so long', [1, 86_400]).default(300))
      .addOption(wholeNumber('--interval <seconds>', 'time between two looks', [1, 300]).default(5)),
  );
  withExamples(monitor, 'sunday performance monitor --duration=300');
  type Options = { cluster?: string; duration: number; interval: number };
  runs<Options>(monitor, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    return watch(session, cluster, options);
  });
}

async function watch(
  session: Session,
  cluster: string,
  { duration, interval }: { readonly duration: number; readonly interval: number },
): Promise<number> {
  const history = new Map<string, readonly (number | null)[]>();
  const ends = performance.now() + duration * 1_000;
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.on('SIGINT', leave).on('SIGTERM', leave);
  try {
    while (!leaving.signal.aborted) {
      const look = await lookAt(session, cluster);
      for (const one of look.metrics)
        history.set(keyOf(one), [...(history.get(keyOf(one)) ?? []), one.value].slice(-WIDTH));
      const leftMs = ends - performance.now();
      print(session, { cluster, look, history, leftSeconds: Math.max(0, Math.round(leftMs / 1_000)) });
      if (leftMs <= 0) return 0;
      await sleep(Math.min(leftMs, interval * 1_000), undefined, { signal: leaving.signal }).catch(() => {});
    }
    return INTERRUPTED;
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave);
  }
}

const keyOf = ({ name, instance }: MetricLineFragment) => `${name} ${instance ?? ''}`;

async function lookAt({ client }: Session, cluster: string): Promise<Look> {
  const order = { windowSeconds: WINDOW_SECONDS, orderBy: 'TOTAL_TIME' as const, first: TOP };
  const [health, slow, locks] = await Promise.all([
    client.request(HealthDocument, { cluster }),
    client.request(SlowQueriesDocument, { cluster, ...order }),
    client.request(LockTreeDocument, { cluster }),
  ]);
  const metrics = health.checkDatabaseHealth.metrics
    .filter(({ name }) => METRICS.includes(name))
    .toSorted((a, b) => METRICS.indexOf(a.name) - METRICS.indexOf(b.name));
  return {
    metrics,
    slow: slow.slowQueries,
    blockers: locks.lockTree.nodes.filter(({ depth }) => depth === 0),
  };
}

interface Frame {
  readonly cluster: string;
  readonly look: Look;
  readonly history: ReadonlyMap<string, readonly (number | null)[]>;
  readonly leftSeconds: number;
}

function print({ terminal, isJson }: Session, frame: Frame): void {
  if (isJson) {
    const { metrics, slow, blockers } = frame.look;
    terminal.print(JSON.stringify({ at: new Date().toISOString(), metrics, slowQueries: slow, blockers }));
  } else if (terminal.output.isTTY) terminal.print(`${REDRAW}${formatFrame(frame, terminal)}`);
  else terminal.print(formatLine(frame));
}

/** For a log: one line for each look. */
function formatLine({ look: { metrics, slow, blockers } }: Frame): string {
  const figures = metrics.map(
    ({ name, instance, value, unit }) =>
      `${name}${instance === null ? '' : `[${instance}]`}=${value === null ? 'UNKNOWN' : formatFigure(value, unit)}`,
  );
  const [top] = slow.queries;
  const first = top === undefined ? [] : [`top="${toOneLine(top.query ?? NOTHING, QUERY_WIDTH)}"`];
  return [new Date().toISOString(), ...figures, `blockers=${blockers.length}`, ...first].join('  ');
}

function formatFrame({ cluster, look, history, leftSeconds }: Frame, terminal: Terminal): string {
  const lines = look.metrics.map((one) => {
    const name = `${one.name.replaceAll('_', ' ')} ${one.instance ?? ''}`.padEnd(32);
    const figure = one.value === null ? 'UNKNOWN' : formatFigure(one.value, one.unit);
    const colour = one.state === 'CRITICAL' ? 'red' : one.state === 'WARNING' ? 'yellow' : 'green';
    return `${name} ${toSparkline(history.get(keyOf(one)) ?? []).padEnd(WIDTH)} ${terminal.paint(colour, figure)}`;
  });
  const top = look.slow.queries.map(
    (one) =>
      `${formatDuration(one.totalMs / 1_000).padStart(9)} ${String(one.calls).padStart(8)}×  ${toOneLine(one.query ?? NOTHING, QUERY_WIDTH)}`,
  );
  const blockers = look.blockers.map(
    ({ pid, blockedCount, session }) =>
      `${terminal.paint('red', `process ${pid} holds up ${blockedCount}`)}  ${toOneLine(session?.query ?? '', QUERY_WIDTH)}`,
  );
  return [
    `${terminal.paint('bold', cluster)}  ${new Date().toISOString()}  ends in ${formatDuration(leftSeconds)}`,
    ...['', ...lines, '', terminal.paint('bold', 'costliest statements of five minutes')],
    ...(look.slow.reason === null ? top : [look.slow.reason]),
    ...['', terminal.paint('bold', 'who holds up others'), ...(blockers.length > 0 ? blockers : ['nobody'])],
  ].join('\n');
}

/** The last values from their lowest to their highest. A gap is a blank. */
export function toSparkline(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  return values
    .map((value) =>
      value === null
        ? ' '
        : (BLOCKS[span === 0 ? 0 : Math.round(((value - low) / span) * (BLOCKS.length - 1))] ?? ' '),
    )
    .join('');
}
