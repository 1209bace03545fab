import { setTimeout as sleep } from 'node:timers/promises';
import { pauseWriters } from '../../src/moves/fence/pause.ts';
import { createSides } from '../../src/moves/sides.ts';
import { fixFormats, hashTable } from '../../src/moves/verify/hash-probe.ts';
import { listTenantTables } from '../../src/moves/preflight/tables-probe.ts';
import type { OperationStep } from '../../src/operations/operations.ts';
import { findMove, follow } from '../../test/moves/harness.ts';
import { ORGANIZATION } from '../../test/moves/shards.ts';
import type { Writer } from '../../test/moves/writer.ts';
import type { BenchSite } from './site.ts';

/** How long writers had no answer, one value for each of them, and how long we say that they had to wait. */
export interface Gap {
  readonly clientsMs: readonly number[];
  readonly pauseMs: number;
  /** What went on when the longest of them ended. */
  readonly during: string;
}

/** What was done, and in which times; the last of those that had begun is what went on. */
interface Work {
  readonly pauseMs: number;
  readonly steps: readonly Pick<OperationStep, 'name' | 'startedAt'>[];
}

const SETTLE_MS = 1_000;
const LONG_ENOUGH_MS = 120_000;

/** What others do: both sides are hashed while writers wait. It ends with the source as the home, as it was. */
export async function hashInsidePause(site: BenchSite, id: string, writer: Writer): Promise<Gap> {
  const { engine, a, b } = site;
  const logins = { 'shard-a': a.login, 'shard-b': b.login };
  const openSides = createSides((cluster) => Promise.resolve(logins[cluster as keyof typeof logins]));
  const move = await findMove(engine, id);
  return measured(writer, async () =>
    openSides(move, async (sides) => {
      const tables = await listTenantTables(sides.from.db);
      const { milliseconds } = await pauseWriters(
        {
          ...{ sides, moveId: id, organization: ORGANIZATION, budgetMs: LONG_ENOUGH_MS },
          ...{ changesFence: false, signal: AbortSignal.timeout(LONG_ENOUGH_MS) },
        },
        () =>
          Promise.all(
            [sides.from, sides.to].map(({ db }) =>
              db.transaction(async (tx) => {
                await fixFormats(tx);
                for (const table of tables) await hashTable(tx, table, ORGANIZATION);
              }),
            ),
          ),
      );
      return { pauseMs: milliseconds, steps: [] };
    }),
  );
}

/** The cutover, or the way back, as everybody has it. */
export async function switchOver(
  { engine }: BenchSite,
  id: string,
  { what, writer }: { readonly what: 'cutover' | 'reverse'; readonly writer: Writer },
): Promise<Gap> {
  return measured(writer, async () => {
    const ended = await follow(engine, what, id);
    if (ended.state !== 'SUCCEEDED') throw new Error(`${what} ${ended.state}: ${ended.error?.message}`);
    const { pauses } = await findMove(engine, id);
    const last = pauses.findLast(({ reason }) => reason === (what === 'cutover' ? 'CUTOVER' : 'REVERSE'));
    const [steps = []] = await engine.operations.stepsOf([ended.id]);
    return { pauseMs: last?.milliseconds ?? NaN, steps };
  });
}

/** Writers go on a little before and after. */
async function measured(writer: Writer, work: () => Promise<Work>): Promise<Gap> {
  await writer.warmUp();
  await sleep(SETTLE_MS);
  writer.takeGaps();
  const { pauseMs, steps } = await work();
  await sleep(SETTLE_MS);
  const gaps = writer.takeGaps();
  const longest = gaps.toSorted((left, right) => right.milliseconds - left.milliseconds)[0];
  const step = steps
    .filter(({ startedAt }) => startedAt !== null && longest?.endedAt && startedAt <= longest.endedAt)
    .toSorted((left, right) => Number(left.startedAt) - Number(right.startedAt))
    .at(-1);
  return { clientsMs: gaps.map((one) => one.milliseconds), pauseMs, during: step?.name ?? 'pause' };
}
