import type { Command } from 'commander';
import { type CommandContext, runs, wholeNumber, withExamples } from '../command.ts';
import { formatBytes, formatCount, formatDuration, formatFraction, NOTHING } from '../terminal/format.ts';
import {
  type QueryFindingSeverity,
  IndexAdviceDocument,
  type IndexAdviceQuery,
  type IndexSuggestionLineFragment,
  OptimizeQueryDocument,
  type OptimizeQueryQuery,
} from '../generated/graphql.ts';
import { clip } from '../terminal/paragraphs.ts';
import { resolveCluster } from '../session.ts';
import { withInstance } from '../sessions/sessions.ts';
import { type Colour, formatTable, type Terminal, right } from '../terminal/terminal.ts';

type Optimization = OptimizeQueryQuery['optimizeQuery'];
type Advice = IndexAdviceQuery['indexAdvice'];

const MIB = 1_048_576;
const CONDITION_WIDTH = 60;
const SHOWN_STEPS = 12;
const SEVERITY_COLOURS: Record<QueryFindingSeverity, Colour> = {
  CRITICAL: 'red',
  WARNING: 'yellow',
  INFO: 'cyan',
};

/** What would make statements cheaper, below `sunday performance`. */
export function addOptimizeCommands(performance: Command, context: CommandContext): void {
  addOptimize(performance, context);
  addAdvice(performance, context);
}

const budget = (megabytes: number) =>
  wholeNumber(
    '--budget-mib <number>',
    'suggested indexes together take at most so many MiB',
    [0, 10_000_000],
  ).default(megabytes);

function addOptimize(performance: Command, context: CommandContext): void {
  const optimize = withInstance(performance.command('optimize'))
    .argument('<sql>', 'one SELECT, INSERT, UPDATE or DELETE, with `?`, `$n` or values')
    .description('the plan of a statement, and the indexes and words that would make it cheaper')
    .option('--analyze', 'also execute it: a SELECT with values only, for at most 10 seconds')
    .addOption(budget(256));
  withExamples(optimize, 'sunday performance optimize "SELECT * FROM items WHERE board_id = ?"');
  type Options = { cluster?: string; instance?: string; analyze?: boolean; budgetMib: number };
  runs<Options>(
    optimize,
    context,
    async (session, { instance, analyze, budgetMib, ...named }, [sql = '']) => {
      const cluster = await resolveCluster(session, named.cluster);
      const { optimizeQuery } = await session.client.request(OptimizeQueryDocument, {
        ...{ cluster, sql, analyze: analyze ?? false, budgetBytes: budgetMib * MIB },
        ...(instance === undefined ? {} : { instance }),
      });
      session.show({ optimizeQuery }, () => formatOptimization(optimizeQuery, session.terminal));
    },
  );
}

function addAdvice(performance: Command, context: CommandContext): void {
  const advice = withInstance(performance.command('advice'))
    .description('the indexes that would save most over the dearest statements of the last time')
    .addOption(wholeNumber('--hours <number>', 'of the last so many hours', [1, 168]).default(24))
    .addOption(wholeNumber('--limit <number>', 'at most so many indexes', [1, 20]).default(10))
    .addOption(budget(1_024));
  withExamples(advice, 'sunday performance advice --hours 24 --budget-mib 200');
  type Options = { cluster?: string; instance?: string; hours: number; limit: number; budgetMib: number };
  runs<Options>(advice, context, async (session, { instance, hours, limit, budgetMib, ...named }) => {
    const cluster = await resolveCluster(session, named.cluster);
    const { indexAdvice } = await session.client.request(IndexAdviceDocument, {
      ...{ cluster, windowSeconds: hours * 3_600, budgetBytes: budgetMib * MIB, first: limit },
      ...(instance === undefined ? {} : { instance }),
    });
    session.show({ indexAdvice }, () => formatAdvice(indexAdvice));
  });
}

function formatOptimization(found: Optimization, terminal: Terminal): string {
  if (found.reason !== null) return `UNKNOWN: ${found.reason}\nhint:  ${found.hint ?? ''}`;
  const findings = found.findings.map(
    (one) =>
      `${terminal.paint(SEVERITY_COLOURS[one.severity], one.severity)} ${one.code}: ${one.explanation}\n  ${one.suggestion}`,
  );
  return [
    `${found.instance}, as ${found.plannedAs ?? NOTHING}: cost ${formatCount(Math.round(found.totalCost ?? 0))}${found.isExecuted ? ', executed' : ', not executed'}`,
    formatPlan(found),
    findings.length === 0 ? 'Nothing in its words is in the way of a good plan.' : findings.join('\n'),
    formatIndexes(found.indexes),
    ...found.hints.map((hint) => `note:  ${hint}`),
  ].join('\n\n');
}

function formatPlan({ plan, isExecuted }: Optimization): string {
  return formatTable(
    [
      'step',
      'on',
      ...['own cost', 'rows', ...(isExecuted ? ['real rows', 'time'] : [])].map(right),
      'condition',
    ],
    plan
      .slice(0, SHOWN_STEPS)
      .map((one) => [
        one.kind,
        one.index ?? one.relation ?? NOTHING,
        formatCount(Math.round(one.ownCost)),
        formatCount(Math.round(one.rows)),
        ...(isExecuted
          ? [
              one.actualRows === null ? NOTHING : formatCount(one.actualRows),
              one.actualMs === null ? NOTHING : formatDuration(one.actualMs / 1_000),
            ]
          : []),
        one.condition === null ? NOTHING : clip(one.condition, CONDITION_WIDTH),
      ]),
  );
}

function formatIndexes(indexes: readonly IndexSuggestionLineFragment[]): string {
  if (indexes.length === 0) return 'No index would help that is worth its writes.';
  return indexes
    .map((one) => {
      const gain = one.gain === null ? 'gain unknown' : `${one.gain.toFixed(1)} times cheaper`;
      const size = one.bytes === null ? 'size unknown' : formatBytes(one.bytes);
      const { entriesPerDay, existingIndexes } = one.writes;
      return [
        `${one.kind} on ${one.schema}.${one.table}: ${gain}, ${size}, ${formatCount(entriesPerDay)} writes a day, beside ${existingIndexes} indexes`,
        `  ${one.because}`,
        ...one.statements.map((statement) => `  ${statement}`),
      ].join('\n');
    })
    .join('\n');
}

function formatAdvice(found: Advice): string {
  if (found.reason !== null) return `UNKNOWN: ${found.reason}\nhint:  ${found.hint ?? ''}`;
  return [
    `${found.instance}: ${found.planned} of ${found.looked} statements planned, ${formatFraction(found.shareOfTime)} of all time; together ${formatBytes(found.bytes)}`,
    formatIndexes(found.indexes),
    ...found.hints.map((hint) => `note:  ${hint}`),
  ].join('\n\n');
}
