import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RestorePlanDocument } from '../../src/cli/generated/graphql.ts';
import { formatSample, formatTable, tell, toSample } from '../report.ts';
import { backUpThroughApi } from './full.ts';
import { type Finding, type Ground, newestLabel, type Verdict } from './ground.ts';
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
  const bySize = [...new Set(found.map((one) => one.databaseMb))].map((size) =>
    found.filter((one) => one.databaseMb === size),
  );
  return {
    title: 'recovery time, predicted and measured',
    comparisons: [],
    verdicts: bySize.flatMap(judge),
    notes: [formatTable([['', 'predicted', 'measured', 'error'], ...bySize.map(toRow)])],
    json: { predictions: found },
  };
}

/** Of one size. The first is the hardest: of the larger size nothing had been measured by then. */
function judge(own: readonly Prediction[]): readonly Verdict[] {
  const what = `${own[0]?.databaseMb} MB`;
  const verdict = (which: string, error: number) => ({
    what: `${what}, ${which}`,
    found: `${(100 * error).toFixed(0)} %`,
    target: `≤ ${100 * TARGET_ERROR} %`,
    isMet: error <= TARGET_ERROR,
  });
  const { median } = toSample(own.map((one) => one.error));
  return [verdict('error of the first prediction', own[0]?.error ?? NaN), verdict('median error', median)];
}

function toRow(own: readonly Prediction[]): readonly string[] {
  const of = (field: 'predictedSeconds' | 'measuredSeconds') =>
    `${formatSample(toSample(own.map((one) => one[field])), 2)} s`;
  const errors = `${formatSample(toSample(own.map((one) => 100 * one.error)), 0)} %`;
  return [`${own[0]?.databaseMb} MB`, of('predictedSeconds'), of('measuredSeconds'), errors];
}

async function predictOnce(ground: Ground, round: number): Promise<Prediction> {
  const { cluster } = ground;
  const databaseMb = await sizeOf(cluster.db);
  const { seconds: predictedSeconds, basis } = await predict(
    cluster,
    await newestLabel(cluster.stanza, ground.signal),
  );
  tell(`round ${round}  ${databaseMb} MB: ${basis}`);
  const measuredSeconds = await restoreNewest(ground);
  const error = Math.abs(predictedSeconds - measuredSeconds) / measuredSeconds;
  return { databaseMb, round, predictedSeconds, measuredSeconds, error };
}

async function predict({ client }: MainCluster, set: string) {
  const variables = { cluster: 'main', target: { set }, timeline: null, inPlace: false };
  const { restorePlan } = await client.request(RestorePlanDocument, variables);
  if (restorePlan.estimatedSeconds === null) throw new Error(restorePlan.estimateBasis);
  return { seconds: restorePlan.estimatedSeconds, basis: restorePlan.estimateBasis };
}

async function restoreNewest({ cluster, signal }: Ground): Promise<number> {
  const destination = join(cluster.root, 'predicted');
  const set = await newestLabel(cluster.stanza, signal);
  const { work } = await restoreThroughApi(cluster, { target: { set }, destination });
  rmSync(destination, { recursive: true, force: true });
  return work;
}
