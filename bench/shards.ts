import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { startWriters } from '../test/moves/writer.ts';
import { findMove, follow, move } from '../test/moves/harness.ts';
import { ORGANIZATION } from '../test/moves/shards.ts';
import {
  describeMachine,
  formatSample,
  formatTable,
  quantile,
  ratiosOf,
  type Report,
  tell,
  toSample,
} from './report.ts';
import { type Gap, hashInsidePause, nothing, switchOver } from './shards/gap.ts';
import { copyThroughPipe, emptyTables } from './shards/pipe.ts';
import { type BenchSite, settle, startBenchSite } from './shards/site.ts';

export interface ShardsOptions {
  readonly rounds: number;
  readonly rows: number;
  readonly signal: AbortSignal;
}

const CLIENTS = 4;
/** Nobody's cutover shall give up here: how long it takes is what is measured. */
const PAUSE_BUDGET_MS = 20_000;
const MOST_NAMED = 10;
/** Linux' number for that file system. */
const TMPFS = 0x01021994;

/** Rows in a second of each way to copy, one value for each round. */
type Rates = Record<'move' | 'pipe' | 'checkedPipe', number[]>;
type Gaps = Record<'cutover' | 'reverse' | 'hashInside' | 'nothing', Gap[]>;

/** An organization that moves while it is written to: how long its writers wait, and how fast its rows are copied. */
export async function benchShards({ rounds, rows, signal }: ShardsOptions): Promise<Report> {
  await using site = await startBenchSite(rows);
  const rates: Rates = { move: [], pipe: [], checkedPipe: [] };
  const gaps: Gaps = { cutover: [], reverse: [], hashInside: [], nothing: [] };
  for (let round = 1; round <= rounds; round++) {
    const ways = [
      () => measureMove(site, rates, gaps),
      () => measurePipe(site, rates, 'pipe'),
      () => measurePipe(site, rates, 'checkedPipe'),
    ];
    for (const way of round % 2 === 1 ? ways : ways.toReversed()) {
      signal.throwIfAborted();
      await way();
    }
    tell(`round ${round} of ${rounds}: ${describeRound(rates, gaps)}`);
  }
  return report({ rates, gaps, rows, rounds, version: site.version });
}

async function measureMove(site: BenchSite, rates: Rates, gaps: Gaps): Promise<void> {
  const { engine, a, b } = site;
  await settle(b);
  const made = await move(engine, ORGANIZATION, 'shard-b', {
    cutover: 'MANUAL',
    pauseBudgetMs: PAUSE_BUDGET_MS,
  });
  const { id } = made.move;
  if (made.operation.state !== 'SUCCEEDED')
    throw new Error(`the move failed: ${made.operation.error?.message}`);
  const [steps = []] = await engine.operations.stepsOf([id]);
  const copy = steps.find(({ name }) => name === 'copy');
  const seconds = ((copy?.finishedAt?.getTime() ?? NaN) - (copy?.startedAt?.getTime() ?? NaN)) / 1_000;
  rates.move.push(made.move.tables.reduce((sum, one) => sum + one.rows, 0) / seconds);
  const writer = startWriters({
    ...{ directory: engine.directory, shards: [a, b], organization: ORGANIZATION, clients: CLIENTS },
    name: `round of ${id}`,
  });
  try {
    gaps.hashInside.push(await hashInsidePause(site, id, writer));
    const cutover = await switchOver(site, id, { what: 'cutover', writer });
    gaps.cutover.push(cutover);
    gaps.reverse.push(await switchOver(site, id, { what: 'reverse', writer }));
    gaps.nothing.push(await nothing(writer, cutover));
  } finally {
    await writer.stop();
  }
  const lost = await writer.compare(a);
  if (lost.length > 0) throw new Error(`${lost.length} differences: ${lost.slice(0, MOST_NAMED).join('; ')}`);
  if ((await findMove(engine, id)).state !== 'REVERSED') await follow(engine, 'abort', id);
}

async function measurePipe({ a, b }: BenchSite, rates: Rates, way: 'pipe' | 'checkedPipe'): Promise<void> {
  await emptyTables(b);
  const { rows, seconds } = await copyThroughPipe(a, b, way === 'checkedPipe');
  rates[way].push(rows / seconds);
  await emptyTables(b);
}

const last = (values: readonly number[]) => Math.round(values.at(-1) ?? NaN).toLocaleString('en-GB');

function describeRound({ move: moved, pipe, checkedPipe }: Rates, gaps: Gaps): string {
  const gapOf = (list: readonly Gap[]) =>
    `${Math.round(Math.max(...(list.at(-1)?.clientsMs ?? [])))} (${list.at(-1)?.during}; pause ${Math.round(list.at(-1)?.pauseMs ?? NaN)}; comparisons ${list.at(-1)?.comparisonsMs.map(Math.round).join(' and ')})`;
  return (
    `rows/s: move ${last(moved)}, pipe ${last(pipe)}, checked ${last(checkedPipe)}; longest gap, ms: ` +
    `cutover ${gapOf(gaps.cutover)}, reverse ${gapOf(gaps.reverse)}, hash inside ${gapOf(gaps.hashInside)}, nothing ${gapOf(gaps.nothing)}`
  );
}

interface Found {
  readonly rates: Rates;
  readonly gaps: Gaps;
  readonly rows: number;
  readonly rounds: number;
  readonly version: string;
}

function report({ rates, gaps, rows, rounds, version }: Found): Report {
  const clients = (list: readonly Gap[]) => list.flatMap((one) => one.clientsMs);
  const p95 = (list: readonly Gap[]) =>
    quantile(
      clients(list).toSorted((a, b) => a - b),
      0.95,
    );
  const pauses = (list: readonly Gap[]) => list.map((one) => one.pauseMs);
  const machine = describeMachine();
  const inMemory = statfsSync(tmpdir()).type === TMPFS;
  const figures = {
    gapP95Ms: { value: p95(gaps.cutover), target: '<= 100' },
    hashInsideToOurs: { value: p95(gaps.hashInside) / p95(gaps.cutover), target: '>= 10' },
    moveToPipe: { value: ratiosOf(rates.move, rates.pipe).median, target: '>= 0.9' },
    moveToCheckedPipe: { value: ratiosOf(rates.move, rates.checkedPipe).median, target: '>= 3' },
    reverseToForwardPause: {
      value: toSample(pauses(gaps.reverse)).median / toSample(pauses(gaps.cutover)).median,
      target: '<= 1.5',
    },
  };
  const gapRow = (name: string, list: readonly Gap[]) => [
    name,
    p95(list).toFixed(1),
    formatSample(toSample(clients(list)), 1),
    formatSample(toSample(pauses(list)), 1),
  ];
  const rateRow = (name: string, values: readonly number[]) => [name, formatSample(toSample(values), 0)];
  const text = [
    `${rows} rows, ${rounds} rounds, ${CLIENTS} writers; PostgreSQL ${version}, ${machine.cores} cores of ${machine.cpu}, data ${inMemory ? 'in memory' : 'on a disk'} below ${tmpdir()}`,
    '',
    formatTable([
      ['what writers saw, ms', 'p95', 'median (lowest–highest)', 'our pause'],
      gapRow('cutover', gaps.cutover),
      gapRow('way back', gaps.reverse),
      gapRow('hash inside the pause', gaps.hashInside),
      gapRow('no move, for as long as a cutover', gaps.nothing),
    ]),
    '',
    formatTable([
      ['copy, rows in a second', 'median (lowest–highest)'],
      rateRow('move', rates.move),
      rateRow('COPY pipe, replica role', rates.pipe),
      rateRow('COPY pipe, constraints checked', rates.checkedPipe),
    ]),
    '',
    formatTable([
      ['figure', 'value', 'target'],
      ...Object.entries(figures).map(([name, { value, target }]) => [name, value.toFixed(2), target]),
    ]),
  ].join('\n');
  return { text, json: { machine, version, inMemory, rows, rounds, rates, gaps, figures } };
}
