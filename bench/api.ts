import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { type Contender, startPeer, startSunday } from './api/contenders.ts';
import { startControlServer } from './api/control-server.ts';
import { cpuSeconds, startWorker, stopProcess } from './processes.ts';
import {
  describeRun,
  formatSample,
  formatTable,
  ratiosOf,
  type Report,
  type Sample,
  tell,
  toSample,
} from './report.ts';

export interface ApiOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly signal: AbortSignal;
}

const QUERIES = {
  small: '{ viewer { name role } }',
  list: '{ operations(first: 100) { edges { node { id kind state steps { name state } } } pageInfo { hasNextPage endCursor } } }',
} as const;
type QueryName = keyof typeof QUERIES;
const QUERY_NAMES = Object.keys(QUERIES) as QueryName[];

// The JIT compiler has to see a query some thousand times; ours and Apollo answer few hundred lists in a second.
const WARM_UP_SECONDS = 5;

/** One server and one query. */
interface Result {
  readonly contender: string;
  readonly query: QueryName;
  readonly requestsPerCpuSecond: Sample;
  readonly requestsPerSecond: Sample;
  readonly p95Ms: Sample;
}

/** The API as it is deployed against two servers that do nothing but GraphQL, on the same rows in the same run. */
export async function benchApi(options: ApiOptions): Promise<Report> {
  await using control = await startControlServer();
  await using running = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const start of [startSunday, startPeer.bind(null, 'apollo'), startPeer.bind(null, 'mercurius')]) {
    const contender = await start(control);
    running.defer(() => stopProcess(contender.child));
    contenders.push(contender);
  }
  const answerBytes = await checkAnswers(contenders);
  const load = startWorker('bench/peers/load.ts');
  running.defer(() => stopProcess(load));
  const results = await measureAll(load, contenders, options);
  return report({ options, contenders, results, answerBytes, postgresVersion: control.version });
}

/** @throws when the servers do not give the same data: then there is nothing to compare. */
async function checkAnswers(contenders: readonly Contender[]): Promise<Record<QueryName, number>> {
  const bytes = { small: 0, list: 0 };
  for (const query of QUERY_NAMES) {
    let expected: unknown;
    for (const { name, url, headers } of contenders) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ query: QUERIES[query] }),
      });
      const text = await response.text();
      const { data } = JSON.parse(text) as { data?: unknown };
      expected ??= data;
      bytes[query] = text.length;
      if (data === undefined || data === null || !isDeepStrictEqual(data, expected)) {
        throw new Error(`${name} answers something else to ${QUERIES[query]}: ${text.slice(0, 300)}`);
      }
    }
  }
  return bytes;
}

type Measurement = { readonly perCpuSecond: number; readonly perSecond: number; readonly p95Ms: number };

/** Round by round, each time in another order: what the machine does besides then hits all of them alike. */
async function measureAll(
  load: ChildProcess,
  contenders: readonly Contender[],
  { rounds, seconds, connections, signal }: ApiOptions,
): Promise<readonly Result[]> {
  const measured = new Map<string, Measurement[]>();
  const keyOf = (contender: Contender, query: QueryName) => `${contender.name}/${query}`;
  for (let round = 0; round <= rounds; round++) {
    const isWarmUp = round === 0;
    for (const query of QUERY_NAMES) {
      for (let turn = 0; turn < contenders.length; turn++) {
        const contender = contenders[(round + turn) % contenders.length];
        if (contender === undefined) continue;
        signal.throwIfAborted();
        const task = { query, connections, seconds: isWarmUp ? WARM_UP_SECONDS : seconds };
        const one = await measure(load, contender, task);
        if (isWarmUp) continue;
        const key = keyOf(contender, query);
        measured.set(key, [...(measured.get(key) ?? []), one]);
        tell(`round ${round}  ${key.padEnd(22)} ${Math.round(one.perCpuSecond)} requests per CPU-second`);
      }
    }
  }
  return QUERY_NAMES.flatMap((query) =>
    contenders.map((contender) => {
      const all = measured.get(keyOf(contender, query)) ?? [];
      return {
        contender: contender.name,
        query,
        requestsPerCpuSecond: toSample(all.map((one) => one.perCpuSecond)),
        requestsPerSecond: toSample(all.map((one) => one.perSecond)),
        p95Ms: toSample(all.map((one) => one.p95Ms)),
      };
    }),
  );
}

async function measure(
  load: ChildProcess,
  { name, child, url, headers }: Contender,
  task: { readonly query: QueryName; readonly connections: number; readonly seconds: number },
): Promise<Measurement> {
  const pid = child.pid ?? -1;
  const body = JSON.stringify({ query: QUERIES[task.query] });
  const cpuBefore = cpuSeconds(pid);
  const startedAt = performance.now();
  const answered = once(load, 'message', { signal: AbortSignal.timeout(task.seconds * 1_000 + 30_000) });
  load.send({ url, headers, body, connections: task.connections, seconds: task.seconds });
  const [result] = (await answered) as [{ requests: number; failed: number; p95Ms: number }];
  const cpu = cpuSeconds(pid) - cpuBefore;
  if (result.failed > 0 || result.requests === 0)
    throw new Error(`${name}: ${result.failed} requests failed`);
  return {
    perCpuSecond: result.requests / cpu,
    perSecond: result.requests / ((performance.now() - startedAt) / 1_000),
    p95Ms: result.p95Ms,
  };
}

interface Findings {
  readonly options: ApiOptions;
  readonly contenders: readonly Contender[];
  readonly results: readonly Result[];
  readonly answerBytes: Record<QueryName, number>;
  readonly postgresVersion: string;
}

function report({ options, contenders, results, answerBytes, postgresVersion }: Findings): Report {
  const { rounds, seconds, connections } = options;
  const { facts, machine, versions } = describeRun({
    postgres: postgresVersion,
    ...Object.fromEntries(contenders.filter((one) => one.version).map((one) => [one.name, one.version])),
  });
  const rowsWithRatio = results.map((one) => ({ ...one, ratioToSunday: ratioTo(results, one) }));
  const tables = QUERY_NAMES.map((query) => {
    const head = [
      `${query} (${answerBytes[query]} bytes)`,
      'per CPU-second',
      'Sunday ÷ it',
      'per second',
      'p95 ms',
    ];
    const rows = rowsWithRatio
      .filter((one) => one.query === query)
      .map((one) => [
        one.contender,
        formatSample(one.requestsPerCpuSecond, 0),
        formatSample(one.ratioToSunday, 2),
        formatSample(one.requestsPerSecond, 0),
        formatSample(one.p95Ms, 1),
      ]);
    return `${QUERIES[query]}\n${formatTable([head, ...rows])}`;
  });
  const how = `median (lowest–highest) of ${rounds} rounds of ${seconds} s, ${connections} connections`;
  return {
    text: [facts, how, ...tables].join('\n\n'),
    json: {
      machine,
      versions,
      rounds,
      seconds,
      connections,
      queries: QUERIES,
      answerBytes,
      results: rowsWithRatio,
    },
  };
}

function ratioTo(results: readonly Result[], other: Result): Sample {
  const ours = results.find((one) => one.query === other.query);
  return ratiosOf(ours?.requestsPerCpuSecond.values ?? [], other.requestsPerCpuSecond.values);
}
