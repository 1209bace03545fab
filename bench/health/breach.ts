import { setTimeout as sleep } from 'node:timers/promises';
import { type AlertChange, UpsertAlertRuleDocument } from '../../src/cli/generated/graphql.ts';
import type { Database } from '../../src/postgres/pool.ts';
import { raw } from '../../src/postgres/sql.ts';
import { formatSample, tell, toSample } from '../report.ts';
import { createDice, type Finding, type Ground } from './finding.ts';
import { type Program, startProgram } from './program.ts';

const BREACHES_PER_ROUND = 3;
const INTERVAL_MS = 10_000;
const MOST_BEHIND_MS = 250;
const PATIENCE_MS = 60_000;
const CLUSTER = 'main';
const METRIC = 'blocked_sessions';

/** From the moment that a session begins to wait until one who subscribes to alerts has the event. */
export function measureBreach({ server, rounds, signal }: Ground): Promise<Finding> {
  return server.withDatabase(async (database) => {
    await using program = await startProgram(server, database, [CLUSTER]);
    await program.client.request(UpsertAlertRuleDocument, {
      input: {
        ...{ name: METRIC, cluster: CLUSTER, threshold: 0.5, recoveryThreshold: 0.1, severity: 'WARNING' },
        ...{ forSeconds: 0, resolveAfterSeconds: 0 },
      },
    });
    await using subscriber = listen(program);
    const dice = createDice(1);
    const delaysMs: number[] = [];
    await sleep(2 * INTERVAL_MS, undefined, { signal }); // the first looks are slower, and nobody has waited yet
    for (let breach = 0; breach < rounds * BREACHES_PER_ROUND; breach++) {
      // Every third one right behind a look, which is the worst moment; the others anywhere between two.
      if (breach % 3 > 0) await sleep(dice() * INTERVAL_MS, undefined, { signal });
      delaysMs.push(await breachOnce(database.db, subscriber));
      tell(`breach ${breach + 1}: the subscriber had it after ${delaysMs.at(-1)?.toFixed(0)} ms`);
    }
    return toFinding(delaysMs);
  });
}

/** One holds a lock, another one wants it. Ends when both are gone and that was heard, too. */
async function breachOnce(db: Database, subscriber: Subscriber): Promise<number> {
  const fired = subscriber.next('FIRED');
  const resolved = subscriber.next('RESOLVED');
  resolved.catch(() => {}); // told below, unless the first one is missing already
  const delayMs = await db.session(async (holder) => {
    await holder.rows(raw('/* bench.hold */ SELECT pg_advisory_lock(1)'));
    try {
      return await db.session(async (waiter) => {
        await waiter.rows(raw('/* bench.patience */ SET lock_timeout = 0'));
        const begun = performance.now();
        const waiting = waiter.rows(raw('/* bench.wait */ SELECT pg_advisory_lock(1)'));
        const heard = await fired;
        await holder.rows(raw('/* bench.release */ SELECT pg_advisory_unlock(1)'));
        await waiting;
        await waiter.rows(raw('/* bench.release */ SELECT pg_advisory_unlock_all()'));
        return heard - begun;
      });
    } finally {
      await holder.rows(raw('/* bench.release */ SELECT pg_advisory_unlock_all()'));
    }
  });
  await resolved;
  return delayMs;
}

interface Subscriber extends AsyncDisposable {
  /** When the next such change is heard, by the clock of this process. */
  next(change: AlertChange): Promise<number>;
}

function listen({ client }: Program): Subscriber {
  const leaving = new AbortController();
  const waiting = new Map<string, (at: number) => void>();
  const listening = (async () => {
    const events = client.followAlerts(
      { clusters: [CLUSTER], metrics: [METRIC] },
      { signal: leaving.signal },
    );
    for await (const event of events)
      if (event.__typename === 'AlertEvent') waiting.get(event.change)?.(performance.now());
  })();
  listening.catch((error: unknown) => {
    if (!leaving.signal.aborted) tell(`the subscription ended: ${String(error)}`);
  });
  return {
    next: (change) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${change} was not heard in ${PATIENCE_MS / 1_000} s`)),
          PATIENCE_MS,
        );
        waiting.set(change, (at) => {
          clearTimeout(timer);
          resolve(at);
        });
      }),
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await listening.catch(() => {});
    },
  };
}

function toFinding(delaysMs: readonly number[]): Finding {
  const behind = toSample(delaysMs.map((one) => one - INTERVAL_MS));
  return {
    title: 'from the breach of a limit to who subscribes',
    verdicts: [
      {
        ...{ what: `slowest of ${delaysMs.length}, beyond one interval`, value: behind.highest },
        ...{ figure: `${behind.highest.toFixed(0)} ms`, target: `≤ ${MOST_BEHIND_MS} ms` },
        isMet: behind.highest <= MOST_BEHIND_MS,
      },
    ],
    notes: [
      `${formatSample(toSample(delaysMs), 0)} ms in all, with an interval of ${INTERVAL_MS / 1_000} s`,
      'every third one begins right behind a look, which is the worst moment',
    ],
    json: { delaysMs, intervalMs: INTERVAL_MS },
  };
}
