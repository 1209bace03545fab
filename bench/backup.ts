import { run } from '../src/process.ts';
import { measureBaseBackup } from './backup/base-backup.ts';
import { measureBucket } from './backup/bucket.ts';
import { measureFull } from './backup/full.ts';
import { measureGaps } from './backup/gaps.ts';
import { type Comparison, type Finding, type Ground, makeRepositories } from './backup/ground.ts';
import { measureIncremental } from './backup/incremental.ts';
import { fill, sizeOf, startMainCluster } from './backup/main-cluster.ts';
import { measurePrediction } from './backup/prediction.ts';
import { measureRecovery } from './backup/recovery.ts';
import { measureRestore } from './backup/restore.ts';
import {
  describeMachine,
  formatSample,
  formatTable,
  ratiosOf,
  type Report,
  tell,
  toSample,
} from './report.ts';

/** In this order; the last one makes the database larger. */
const PARTS: Readonly<Record<string, (ground: Ground) => Promise<Finding>>> = {
  full: measureFull,
  base: measureBaseBackup,
  incremental: measureIncremental,
  delta: measureRestore,
  pitr: measureRecovery,
  gaps: measureGaps,
  s3: measureBucket,
  rto: measurePrediction,
};
/** What can be chosen. */
export const BACKUP_PARTS: readonly string[] = Object.keys(PARTS);

export interface BackupOptions {
  readonly rounds: number;
  readonly sizeMb: number;
  /** Names of `BACKUP_PARTS`. */
  readonly only: readonly string[];
  /** A part that takes longer is given up, and with it the rest. */
  readonly partMinutes: number;
  readonly signal: AbortSignal;
}

/** Backups, restores and what is known about them, each against a peer or a limit, taking turns on one cluster. */
export async function benchBackup(options: BackupOptions): Promise<Report> {
  const { rounds, sizeMb, signal } = options;
  tell('booting the embedded fleet');
  await using cluster = await startMainCluster();
  tell(`filling the database with ${sizeMb} MB`);
  await fill(cluster, sizeMb, signal);
  const databaseMb = await sizeOf(cluster.db);
  const ground = { cluster, rounds, sizeMb, signal, ...(await makeRepositories(cluster, signal)) };
  const findings = await measureAll(ground, options);
  cluster.warnings().forEach((line) => tell(`the program's log: ${line}`));
  const versions = {
    pgbackrest: (await run(cluster.stanza.binary, ['version'])).stdout.trim().split(' ').at(-1) ?? '',
    postgres: cluster.postgresVersion,
    node: process.versions.node,
  };
  const machine = describeMachine();
  const facts = `${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB; ${Object.entries(versions).flat().join(' ')}`;
  const how = `median (lowest–highest) of ${rounds} rounds that take turns, on a database of ${databaseMb} MB`;
  return {
    text: [facts, how, ...[...findings.values()].flatMap(formatFinding)].join('\n\n'),
    json: {
      ...{ machine, versions, rounds, databaseMb },
      parts: Object.fromEntries([...findings].map(([name, found]) => [name, toJson(found)])),
    },
  };
}

/** What is decided is told at once: whoever waits for the rest may have seen enough. */
async function measureAll(
  ground: Ground,
  { only, partMinutes }: BackupOptions,
): Promise<ReadonlyMap<string, Finding>> {
  const findings = new Map<string, Finding>();
  const wanted = Object.entries(PARTS).filter(([name]) => only.includes(name));
  for (const [index, [name, measure]] of wanted.entries()) {
    tell(`part ${name}, ${index + 1} of ${wanted.length}, at most ${partMinutes} minutes`);
    const startedAt = performance.now();
    const found = await within(partMinutes, ground, measure);
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
    if (found === null) {
      const notes = [
        `${name} is NOT DECIDED: it was given up after ${minutes} minutes, and with it what would have followed`,
      ];
      return findings.set(name, { title: name, comparisons: [], notes });
    }
    findings.set(name, found);
    tell([`part ${name} took ${minutes} minutes`, ...formatFinding(found)].join('\n'));
  }
  return findings;
}

/** Null: the time was over. What it has begun ends with the cluster that it was begun on. */
async function within(
  minutes: number,
  ground: Ground,
  measure: (ground: Ground) => Promise<Finding>,
): Promise<Finding | null> {
  const late = AbortSignal.timeout(minutes * 60_000);
  const work = measure({ ...ground, signal: AbortSignal.any([ground.signal, late]) });
  const measuring = work.catch((error: unknown) => {
    if (late.aborted) return null; // it was stopped for that
    throw error;
  });
  const ended = new Promise<null>((resolve) => late.addEventListener('abort', () => resolve(null)));
  const stopped = new Promise<never>((_, reject) =>
    ground.signal.addEventListener('abort', () => reject(ground.signal.reason as Error)),
  );
  stopped.catch(() => {});
  measuring.catch(() => {});
  return Promise.race([ended, stopped, measuring]);
}

function formatFinding({ title, comparisons, verdicts = [], notes = [] }: Finding): readonly string[] {
  const rows = comparisons.flatMap((one) => {
    const { ours, theirs, target } = one;
    const { ratio, ofSums, isMet } = judge(one);
    const time = (seconds: readonly number[]) => `${formatSample(toSample(seconds), 2)} s`;
    const figures = [formatSample(ratio, 3), ofSums.toFixed(3), `≤ ${target}`, toWord(isMet)];
    return [
      [ours.title, time(ours.seconds), ...figures, time(ours.cpuSeconds)],
      [theirs.title, time(theirs.seconds), '', '', '', '', time(theirs.cpuSeconds)],
    ];
  });
  const head = [title, 'time', 'ratio', 'of the sums', 'target', '', 'processors'];
  const judged = verdicts.map(({ what, found, target, isMet }) => [what, found, target, toWord(isMet)]);
  return [
    ...(rows.length === 0 ? [] : [formatTable([head, ...rows])]),
    ...(judged.length === 0 ? [] : [formatTable([[title, 'found', 'target', ''], ...judged])]),
    ...notes,
  ];
}

function toWord(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED';
}

/** Of the sums, too: a wait for the next second comes whole or not at all, so the median hides or doubles it. */
function judge({ ours, theirs, target }: Comparison) {
  const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
  const ratio = ratiosOf(ours.seconds, theirs.seconds);
  return { ratio, ofSums: sumOf(ours.seconds) / sumOf(theirs.seconds), isMet: ratio.median <= target };
}

function toJson({ title, comparisons, verdicts = [], json = {} }: Finding) {
  return { title, comparisons: comparisons.map((one) => ({ ...one, ...judge(one) })), verdicts, ...json };
}
