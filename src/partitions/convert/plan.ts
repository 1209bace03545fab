import type { Fleet } from '../../fleet/fleet.ts';
import type { Plan } from '../../operations/define.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Database, Transaction } from '../../postgres/pool.ts';
import { nameLeaf, type PartitionInterval, type Span } from '../bounds.ts';
import { titleOf } from '../read.ts';
import { findTaken } from './build-runner.ts';
import { OLD_SCHEMA } from './conversion.ts';
import { judgeMoments, judgeSpace, type SeenMoments, warnOfSpace } from './judge-rows.ts';
import { describe, listLocks, type PlannedLock } from './plan-text.ts';
import { chooseSpans, type ConversionProblem, type ConversionWish, judgeShape, keyTypeOf } from './judge.ts';
import { TableNotFoundError } from './errors.ts';
import type { TableShape } from './shape.ts';
import { hasNulls, readMoments, readShape, readSize, setTimeLimit, settle } from './shape-probe.ts';
import { hasPolicies } from './swap-runner.ts';

export interface ConversionPlan extends Plan {
  readonly problems: readonly ConversionProblem[];
  readonly locks: readonly PlannedLock[];
  /** About. */
  readonly rows: bigint;
  /** Of the plain table, which stays until it is completed. */
  readonly bytes: bigint;
  /** For the new one and its log; null: nobody knows. */
  readonly freeBytes: bigint | null;
  /** Null: they could not be counted in time, or are too many. */
  readonly partitions: number | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly estimatedSeconds: number;
}

export interface PlanningDependencies {
  readonly fleet: Fleet;
  /** Free bytes where the cluster's primary keeps its data; null when we cannot see its disk. */
  readonly freeBytes: (cluster: string) => Promise<bigint | null>;
  readonly tablesBeingMoved: (cluster: string) => Promise<readonly string[]>;
}

export interface ConversionTarget {
  readonly cluster: string;
  readonly schema: string;
  readonly name: string;
}

const LOOK_TIMEOUT_MS = 4_000;

/** `items` or `sales.items`. */
export function parseTable(table: string): Omit<ConversionTarget, 'cluster'> {
  const dot = table.indexOf('.');
  return dot < 0
    ? { schema: 'public', name: table }
    : { schema: table.slice(0, dot), name: table.slice(dot + 1) };
}

/** What would be done, what it costs, and all that is in the way; only looks. @throws {TableNotFoundError} */
export async function planConversion(
  deps: PlanningDependencies,
  target: ConversionTarget,
  wish: ConversionWish,
): Promise<ConversionPlan> {
  const { cluster, schema, name } = target;
  const db = await deps.fleet.primary(cluster);
  const shape = await lookAt(db, target);
  const judgement = judgeShape(shape, wish);
  const isColumnGood = keyTypeOf(shape, wish.column) !== null;
  const size = await db.transaction((tx) => readSize(tx, schema, name));
  const moments = isColumnGood ? await lookAtMoments(db, target, wish.column) : UNKNOWN_MOMENTS;
  const spans =
    isColumnGood && !moments.isInfinite ? chooseSpans(wish, { ...moments, now: new Date() }) : null;
  const freeBytes = await deps.freeBytes(cluster);
  const problems = [
    ...judgement.problems,
    ...judgeMoments(shape, wish, {
      ...moments,
      isTooMany: isColumnGood && !moments.isInfinite && spans === null,
    }),
    ...(await judgePlace(db, target, { spans: spans ?? [], interval: wish.interval })),
    ...judgeSpace(size.bytes, freeBytes),
    ...(await judgeMoves(deps, target)),
  ];
  return {
    ...{ problems, rows: size.rows, bytes: size.bytes, freeBytes },
    ...describe(shape, wish, { rows: size.rows, spans }),
    warnings: [
      ...judgement.warnings,
      ...moments.warnings,
      ...(await warnOfPolicies(db, schema)),
      ...warnOfSpace(size.bytes, freeBytes),
    ],
    locks: listLocks(shape, spans?.length ?? 0),
    partitions: spans?.length ?? null,
    from: spans?.[0]?.from ?? null,
    to: spans?.at(-1)?.to ?? null,
  };
}

/** @throws {TableNotFoundError} */
export async function lookAt(db: Database, { cluster, schema, name }: ConversionTarget): Promise<TableShape> {
  const shape = await db.transaction(async (tx) => {
    await settle(tx);
    return readShape(tx, schema, name);
  });
  if (shape === null) throw new TableNotFoundError(cluster, titleOf({ schema, name }));
  return shape;
}

const UNKNOWN_MOMENTS: SeenMoments = {
  ...{ from: null, to: null, isInfinite: false, hasNulls: false, warnings: [] },
};

async function lookAtMoments(db: Database, target: ConversionTarget, column: string): Promise<SeenMoments> {
  const question = { ...target, column };
  try {
    return await inTime(db, async (tx) => ({
      ...(await readMoments(tx, question)),
      ...{ hasNulls: await hasNulls(tx, question), warnings: [] },
    }));
  } catch (error) {
    if (!isServerError(error, '57014')) throw error;
    const text = `the moments of its rows are UNKNOWN: reading ${column} takes more than ${LOOK_TIMEOUT_MS / 1_000} s without an index; the operation reads them first`;
    return { ...UNKNOWN_MOMENTS, warnings: [text] };
  }
}

function inTime<T>(db: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await settle(tx);
    await setTimeLimit(tx, LOOK_TIMEOUT_MS);
    return work(tx);
  });
}

async function judgePlace(
  db: Database,
  { schema, name }: ConversionTarget,
  { spans, interval }: { readonly spans: readonly Span[]; readonly interval: PartitionInterval },
): Promise<readonly ConversionProblem[]> {
  const names = spans.map(({ from }) => nameLeaf(name, interval, from));
  const { taken, kept } = await db.transaction(async (tx) => ({
    taken: await findTaken(tx, schema, names),
    kept: await findTaken(tx, OLD_SCHEMA, [name]),
  }));
  const long = names.find((one) => Buffer.byteLength(one) > 63);
  return [
    ...(taken.length > 0
      ? [
          {
            check: 'NAMES',
            detail: `there are tables named ${taken.join(', ')}`,
            hint: 'Rename or drop them: partitions need these names.',
          },
        ]
      : []),
    ...(long === undefined
      ? []
      : [{ check: 'NAMES', detail: `${long} is too long for a name`, hint: 'Rename the table.' }]),
    ...(kept.length > 0
      ? [
          {
            check: 'NAMES',
            detail: `${OLD_SCHEMA}.${name} is still kept from before`,
            hint: `sunday partitions complete ${name} drops it.`,
          },
        ]
      : []),
  ];
}

async function judgeMoves(
  deps: PlanningDependencies,
  target: ConversionTarget,
): Promise<readonly ConversionProblem[]> {
  const moving = await deps.tablesBeingMoved(target.cluster);
  if (!moving.includes(titleOf(target)) && !moving.includes('*')) return [];
  const hint = 'Wait until the move is completed or aborted.';
  return [{ check: 'MOVES', detail: 'an organization with rows in it is being moved', hint }];
}

async function warnOfPolicies(db: Database, schema: string): Promise<readonly string[]> {
  const has = await db.transaction(hasPolicies);
  if (has && schema === 'public') return [];
  return [
    'no policy is entered, so nobody makes its partitions later: ops.partition_policies is for tables of public, and migration 004 brings it',
  ];
}
