import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RestorePlanDocument } from '../../src/cli/generated/graphql.ts';
import { formatSample, formatTable, tell, toSample } from '../report.ts';
import { backUpThroughApi } from './full.ts';
import { type Finding, type Ground, newestLabel } from './ground.ts';
import { fill, type MainCluster, settle, sizeOf } from './main-cluster.ts';
import { restoreThroughApi } from './recovery.ts';

const TARGET_ERROR = 0.2;

interface Prediction {
  readonly databaseMb: number;
  readonly round: number;
  readonly predictedSeconds: number;
  readonly measuredSeconds: number;
  /** Of what was measured. */
  readonly error: number;
}

/** What `restorePlan` says before, against what the restore then takes: at this size, and at twice of it. */
export async function measurePrediction(ground: Ground): Promise<Finding> {
  const { cluster, rounds, sizeMb, signal } = ground;
  await backUpThroughApi(cluster);
  await restoreNewest(ground); // the first one is what all others are predicted from
  const found: Prediction[] = [];
  for (const size of [sizeMb, 2 * sizeMb]) {
    await fill(cluster, size, signal);
    await settle(cluster, signal);
    await backUpThroughApi(cluster);
    for (let round = 1; round <= rounds; round++) {
      const one = await predictOnce(ground, round);
      tell(
        `round ${round}  ${one.databaseMb} MB: ${one.predictedSeconds.toFixed(2)} s predicted, ${one.measuredSeconds.toFixed(2)} s measured`,
      );
      found.push(one);
    }
  }
  const sizes = [...new Set(found.map((one) => one.databaseMb))];
  const rows = sizes.map((size) => {
    const own = found.filter((one) => one.databaseMb === size);
    const of = (field: 'predictedSeconds' | 'measuredSeconds') =>
      `${formatSample(toSample(own.map((one) => one[field])), 2)} s`;
    const errors = toSample(own.map((one) => 100 * one.error));
    const first = `${(100 * (own[0]?.error ?? NaN)).toFixed(0)} %`;
    return [
      `${size} MB`,
      of('predictedSeconds'),
      of('measuredSeconds'),
      `${formatSample(errors, 0)} %`,
      first,
    ];
  });
  const target = `≤ ${100 * TARGET_ERROR} %`;
  const table = formatTable([
    [`recovery time, error ${target}`, 'predicted', 'measured', 'error', 'of the first'],
    ...rows,
  ]);
  return { title: 'recovery time', comparisons: [], notes: [table], json: { predictions: found } };
}

async function predictOnce(ground: Ground, round: number): Promise<Prediction> {
  const { cluster } = ground;
  const databaseMb = await sizeOf(cluster.db);
  const predictedSeconds = await predict(cluster, await newestLabel(cluster.stanza, ground.signal));
  const measuredSeconds = await restoreNewest(ground);
  const error = Math.abs(predictedSeconds - measuredSeconds) / measuredSeconds;
  return { databaseMb, round, predictedSeconds, measuredSeconds, error };
}

async function predict({ client }: MainCluster, set: string): Promise<number> {
  const variables = { cluster: 'main', target: { set }, timeline: null, inPlace: false };
  const { restorePlan } = await client.request(RestorePlanDocument, variables);
  if (restorePlan.estimatedSeconds === null) throw new Error(restorePlan.estimateBasis);
  return restorePlan.estimatedSeconds;
}

async function restoreNewest({ cluster, signal }: Ground): Promise<number> {
  const destination = join(cluster.root, 'predicted');
  const set = await newestLabel(cluster.stanza, signal);
  const { work } = await restoreThroughApi(cluster, { target: { set }, destination });
  rmSync(destination, { recursive: true, force: true });
  return work;
}
