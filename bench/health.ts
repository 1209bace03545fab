import { loadavg } from 'node:os';
import { describeMachine, formatTable, type Report, tell } from './report.ts';
import { measureBloat } from './health/bloat.ts';
import { measureBreach } from './health/breach.ts';
import { measureHot, measureManyTables } from './health/cost.ts';
import type { Finding, Ground, Verdict } from './health/finding.ts';
import { measureFleet } from './health/fleet.ts';
import { measureLatency } from './health/latency.ts';
import { measurePlannable } from './health/plannable.ts';
import { startHealthServer } from './health/server.ts';
import { measureSizes } from './health/sizes.ts';
import { measureWorkload } from './health/workload.ts';

type Measure = (ground: Ground) => Promise<Finding>;

/** Short ones first. */
const PARTS: Readonly<Record<string, Measure>> = {
  plannable: measurePlannable,
  sizes: measureSizes,
  hot: measureHot,
  bloat: measureBloat,
  tables: measureManyTables,
  fleet: measureFleet,
  advice: measureWorkload,
  p95: measureLatency,
  breach: measureBreach,
};
/** What can be chosen. */
export const HEALTH_PARTS: readonly string[] = Object.keys(PARTS);

export interface HealthOptions {
  readonly rounds: number;
  /** Names of `HEALTH_PARTS`. */
  readonly only: readonly string[];
  /** A part is given up after so many. */
  readonly partMinutes: number;
  readonly signal: AbortSignal;
}

/** What watching costs, and how far what it says can be trusted; each part against a peer or a limit. */
export async function benchHealth(options: HealthOptions): Promise<Report> {
  const { rounds, only, partMinutes, signal } = options;
  await using server = await startHealthServer();
  const findings = new Map<string, Finding>();
  for (const [name, work] of Object.entries(PARTS)) {
    if (!only.includes(name)) continue;
    tell(`part ${name}, load average ${loadavg()[0]?.toFixed(1)}`);
    findings.set(name, await measure(work, { server, rounds, signal }, { name, minutes: partMinutes }));
  }
  const machine = describeMachine();
  const load = loadavg().map((one) => Number(one.toFixed(1)));
  const versions = { postgres: server.version, node: process.versions.node };
  const facts = `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB; ${Object.entries(versions).flat().join(' ')}; load average at the end ${load.join(' ')}`;
  const how = `median (lowest–highest) of ${rounds} rounds that take turns`;
  return {
    text: [facts, how, ...[...findings.values()].map(formatFinding)].join('\n\n'),
    json: { ...{ machine, versions, load, rounds }, parts: Object.fromEntries(findings) },
  };
}

/** A part that fails, or has had its time, does not take the others with it. */
async function measure(
  work: Measure,
  ground: Ground,
  { name, minutes }: { readonly name: string; readonly minutes: number },
): Promise<Finding> {
  const limit = AbortSignal.timeout(minutes * 60_000);
  const signal = AbortSignal.any([ground.signal, limit]);
  try {
    return await work({ ...ground, signal });
  } catch (error) {
    if (ground.signal.aborted) throw error;
    const reason = limit.aborted
      ? `it took more than ${minutes} minutes`
      : error instanceof Error
        ? error.message
        : String(error);
    tell(`part ${name} failed: ${error instanceof Error ? (error.stack ?? reason) : reason}`);
    return { title: name, verdicts: [], notes: [`NOT MEASURED: ${reason}`], json: { failure: reason } };
  }
}

function formatFinding({ title, verdicts, notes }: Finding): string {
  const rows = verdicts.map(({ what, figure, target, ...one }) => [what, figure, target, say(one)]);
  const table = rows.length === 0 ? [title] : [formatTable([[title, 'measured', 'target', ''], ...rows])];
  return [...table, ...notes].join('\n\n');
}

const say = ({ isMet }: Pick<Verdict, 'isMet'>) =>
  isMet === null ? 'not decided' : isMet ? 'met' : 'MISSED';
