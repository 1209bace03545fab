import { setTimeout as sleep } from 'node:timers/promises';
import { formatSample, quantile, tell, toSample } from '../report.ts';
import { type Finding, type Ground, timed } from './finding.ts';
import { type Program, startProgram } from './program.ts';

const CLUSTERS = 50;
const REQUESTS = 20;
const MOST_MS = 300;
/** Fewer: the first look at what needs an interval has not come yet. */
const LEAST_METRICS = 40;
const COLLECTED_MS = 180_000;

const QUERY = `{ clusters { name health { state checkedAt metrics {
  name instance value unit state target critical reason hint sampledAt } } } }`;

interface Answer {
  readonly clusters: readonly {
    readonly name: string;
    readonly health: { readonly state: string; readonly metrics: readonly object[] };
  }[];
}

/** All there is to know of fifty clusters, as the program that collects it all the time answers one request. */
export function measureFleet({ server, rounds, signal }: Ground): Promise<Finding> {
  return server.withDatabase(async (database) => {
    const names = Array.from({ length: CLUSTERS }, (_, index) => `cluster-${index + 1}`);
    await using program = await startProgram(server, database, names);
    const metrics = await waitForAll(program, signal);
    const times: number[][] = [];
    let bytes = 0;
    for (let round = 1; round <= rounds; round++) {
      const own: number[] = [];
      for (let request = 0; request < REQUESTS; request++) {
        signal.throwIfAborted();
        own.push(await timed(async () => (bytes = (await program.post(QUERY)).bytes)));
        await sleep(100); // so that a round meets the collector at other moments, too
      }
      times.push(own);
      tell(`round ${round}: ${formatSample(toSample(own), 0)} ms`);
    }
    return toFinding(times, { metrics, bytes });
  });
}

/** Until each has been collected, and nobody is measured live. */
async function waitForAll(program: Program, signal: AbortSignal): Promise<number> {
  const deadline = performance.now() + COLLECTED_MS;
  let fewest = 0;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const { clusters } = (await program.post(QUERY)).data as Answer;
    fewest = Math.min(...clusters.map(({ health }) => health.metrics.length));
    if (clusters.length === CLUSTERS && fewest >= LEAST_METRICS)
      return clusters.reduce((sum, { health }) => sum + health.metrics.length, 0);
    await sleep(2_000, undefined, { signal });
  }
  throw new Error(`after ${COLLECTED_MS / 1_000} s a cluster has ${fewest} metrics only`);
}

function toFinding(
  times: readonly (readonly number[])[],
  { metrics, bytes }: { readonly metrics: number; readonly bytes: number },
): Finding {
  const all = times.flat().toSorted((a, b) => a - b);
  const p95 = quantile(all, 0.95);
  return {
    title: `the health of ${CLUSTERS} clusters in one request`,
    verdicts: [
      {
        ...{ what: `p95 of ${all.length} requests`, figure: `${p95.toFixed(0)} ms`, value: p95 },
        ...{ target: `≤ ${MOST_MS} ms`, isMet: p95 <= MOST_MS },
      },
    ],
    notes: [
      `${metrics} metrics, ${Math.round(bytes / 1_024)} kB; ${formatSample(toSample(all), 0)} ms`,
      'the same process collects all of them every 10 s meanwhile; all clusters are on one server',
    ],
    json: { times, metrics, bytes },
  };
}
