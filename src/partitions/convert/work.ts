import type { StepContext } from '../../operations/define.ts';
import { isServerError } from '../../postgres/errors.ts';
import type { Session, Transaction } from '../../postgres/pool.ts';
import { untilUnblocked } from '../lock-runner.ts';
import { toWork } from '../maintenance/perform.ts';
import { addLeaves } from './build-runner.ts';
import type { Conversion } from './conversion.ts';
import { beginSnapshot } from './copy-runner.ts';
import { TableNotConvertibleError } from './errors.ts';
import { chooseSpans, MOST_PARTITIONS } from './judge.ts';
import type { PlanningDependencies } from './plan.ts';
import { readMoments, settle } from './shape-probe.ts';

/** A conversion inside one of its steps. */
export interface Converting {
  readonly deps: PlanningDependencies;
  readonly cluster: string;
  readonly conversion: Conversion;
  readonly context: StepContext;
  /** How long locks are tried for, in milliseconds. */
  readonly patienceMs: number;
}

/** A transaction on the primary that gives up a lock after half a second and is done again, as long as patience lasts. */
export async function transact<T>(
  one: Converting,
  what: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return onSession(one, what, (session) => settled(session, work));
}

/** The same in one snapshot. */
export async function transactInSnapshot<T>(
  one: Converting,
  what: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return onSession(one, what, (session) =>
    session.transaction(async (tx) => {
      await beginSnapshot(tx);
      await settle(tx);
      return work(tx);
    }),
  );
}

/** The same where a row may have no partition yet: then all that are wanted are made, and it is done once more. */
export async function transactWithLeaves<T>(
  one: Converting,
  what: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return onSession(one, what, async (session) => {
    try {
      return await settled(session, work);
    } catch (error) {
      if (!isServerError(error, '23514')) throw error;
      await settled(session, (tx) => makeLeaves(tx, one.conversion));
      return settled(session, work);
    }
  });
}

async function onSession<T>(
  { deps, cluster, context, patienceMs }: Converting,
  what: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const db = await deps.fleet.primary(cluster);
  const options = { ...toWork({ patienceMs }, context, what), db, isLong: true };
  return untilUnblocked(options, (session) => {
    context.assertLease();
    return work(session);
  });
}

function settled<T>(session: Session, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return session.transaction(async (tx) => {
    await settle(tx);
    return work(tx);
  });
}

/** Leaves for all moments that the plain table holds now, and for what the policy wants ahead. Twice is safe. */
export async function makeLeaves(tx: Transaction, conversion: Conversion): Promise<void> {
  await addLeaves(tx, conversion, await findSpans(tx, conversion));
}

/** @throws {TableNotConvertibleError} */
export async function findSpans(tx: Transaction, conversion: Conversion) {
  const { shape, column } = conversion;
  const moments = await readMoments(tx, { ...shape, column });
  const spans = moments.isInfinite ? null : chooseSpans(conversion, { ...moments, now: new Date() });
  if (spans !== null) return spans;
  throw new TableNotConvertibleError(shape.name, [
    {
      check: 'MOMENTS',
      detail: `rows of ${column} would need more than ${MOST_PARTITIONS} partitions, or are infinite`,
      hint: 'Take a longer interval, or correct rows of the far past or future.',
    },
  ]);
}
