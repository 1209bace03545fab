import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { estimateLatency } from '../../src/health/latency.ts';
import { readStatementTimes } from '../../src/health/latency-probe.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';
import { formatTable, quantile, tell } from '../report.ts';
import { createDice, type Finding, type Ground, type Verdict } from './finding.ts';
import { LOAD, makeWork, WINDOWS, type Mix } from './load.ts';
import type { HealthServer, WatchedDatabase } from './server.ts';

const WINDOW_MS = 5_000;
const LONGEST_WINDOW_MS = 20_000;
/** Twice as many as the estimate asks for at least. */
const LEAST_CALLS = 200;
const LEAST_RIGHT = 0.95;
const MOST_ERROR = 0.15;
/** Below it a statement's time is mostly the way there, which the executor's count does not have. */
const ABOVE_MS = 10;
/** The guide's limits: WARNING above 50, CRITICAL above 200 ms. */
const CLASS_LIMITS_MS = [50, 200] as const;

interface Window {
  readonly name: string;
  readonly calls: number;
  /** Of all times in the log. */
  readonly exactMs: number;
  /** Null: the estimate says that it does not know. */
  readonly estimatedMs: number | null;
}

/** The p95 from two looks at pg_stat_statements, against that of a log of every statement, window by window. */
export function measureLatency({ server, signal }: Ground): Promise<Finding> {
  return server.withDatabase(async (database) => {
    await makeWork(database.db);
    const load = database.open(server.superuser, LOAD);
    await logEverything(server, true);
    const windows: Window[] = [];
    try {
      for (const [index, mix] of WINDOWS.entries()) {
        signal.throwIfAborted();
        const window = await watchWindow(server, database, { load, mix, seed: index + 1, signal });
        windows.push(window);
        tell(`${window.name}: ${formatMs(window.estimatedMs)} ms, log ${formatMs(window.exactMs)} ms`);
      }
    } finally {
      await logEverything(server, false);
    }
    return toFinding(windows);
  });
}

/** With the program's name in front of each line: only those of the load count. */
async function logEverything({ admin }: HealthServer, isOn: boolean): Promise<void> {
  const settings = { log_min_duration_statement: isOn ? '0' : '-1', log_line_prefix: "'%a '" };
  for (const [name, value] of Object.entries(settings))
    await admin.rows(raw(`/* bench.set */ ALTER SYSTEM SET ${name} = ${value}`));
  await admin.rows(raw('/* bench.reload */ SELECT pg_reload_conf()'));
  await sleep(1_000); // until every session has heard of it
}

interface Run {
  /** As those who make the load. */
  readonly load: Database;
  readonly mix: Mix;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Nobody is in the middle of a statement at either look, so that both see the same calls as the log. */
async function watchWindow(
  { logFile }: HealthServer,
  { fleet, instance }: WatchedDatabase,
  run: Run,
): Promise<Window> {
  const monitor = fleet.monitor(instance);
  const before = (await readStatementTimes(monitor)).filter(({ isOurs }) => !isOurs);
  const from = logSize(logFile);
  await runMix(run);
  const after = (await readStatementTimes(monitor)).filter(({ isOurs }) => !isOurs);
  const times = readDurations(logFile, from).toSorted((a, b) => a - b);
  return {
    ...{ name: run.mix.name, calls: times.length, exactMs: quantile(times, 0.95) },
    estimatedMs: estimateLatency(before, after).p95Ms,
  };
}

async function runMix({ load, mix, seed, signal }: Run): Promise<void> {
  const began = performance.now();
  let calls = 0;
  const goesOn = () => {
    const sinceMs = performance.now() - began;
    return sinceMs < LONGEST_WINDOW_MS && (sinceMs < WINDOW_MS || calls < LEAST_CALLS);
  };
  const client = async (number: number) => {
    const dice = createDice(seed * 1_000 + number);
    while (goesOn()) {
      signal.throwIfAborted();
      calls += await mix.work(load, dice);
    }
  };
  await Promise.all(Array.from({ length: mix.clients }, (_, number) => client(number)));
}

function logSize(file: string): number {
  const log = openSync(file, 'r');
  try {
    return fstatSync(log).size;
  } finally {
    closeSync(log);
  }
}

const DURATION = new RegExp(`^${LOAD} LOG:  duration: ([\\d.]+) ms  statement: `);

/** Of the statements of the load, behind `from` bytes. */
function readDurations(file: string, from: number): readonly number[] {
  const log = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(fstatSync(log).size - from);
    readSync(log, bytes, 0, bytes.length, from);
    return bytes
      .toString('utf8')
      .split('\n')
      .flatMap((line) => {
        const found = DURATION.exec(line)?.[1];
        return found === undefined ? [] : [Number(found)];
      });
  } finally {
    closeSync(log);
  }
}

const classOf = (ms: number) => CLASS_LIMITS_MS.filter((limit) => ms > limit).length;
const formatMs = (ms: number | null) => (ms === null ? 'not known' : ms.toPrecision(3));
const errorOf = ({ estimatedMs, exactMs }: Window) =>
  estimatedMs === null ? Infinity : Math.abs(estimatedMs - exactMs) / exactMs;

function toFinding(windows: readonly Window[]): Finding {
  const isRight = ({ estimatedMs, exactMs }: Window) =>
    estimatedMs !== null && classOf(estimatedMs) === classOf(exactMs);
  const right = windows.filter(isRight).length;
  const slow = windows.filter(({ exactMs }) => exactMs > ABOVE_MS);
  const worst = Math.max(0, ...slow.map(errorOf));
  const verdicts: readonly Verdict[] = [
    {
      ...{ what: 'class right', figure: `${right} of ${windows.length}`, value: right / windows.length },
      ...{ target: `≥ ${100 * LEAST_RIGHT} %`, isMet: right / windows.length >= LEAST_RIGHT },
    },
    {
      ...{ what: `worst error of ${slow.length} windows above ${ABOVE_MS} ms`, value: worst },
      ...{ figure: `${(100 * worst).toFixed(1)} %`, target: `≤ ${100 * MOST_ERROR} %` },
      isMet: worst <= MOST_ERROR,
    },
  ];
  const rows = windows.map((one) => [
    one.name,
    String(one.calls),
    formatMs(one.estimatedMs),
    formatMs(one.exactMs),
    `${(100 * errorOf(one)).toFixed(1)} %`,
    isRight(one) ? '' : 'WRONG CLASS',
  ]);
  return {
    ...{ title: 'p95 without a log', verdicts },
    notes: [formatTable([['window', 'calls', 'estimated, ms', 'log, ms', 'error', ''], ...rows])],
    json: { windows },
  };
}
