import { setTimeout as sleep } from 'node:timers/promises';
import { pauseWriters } from '../../src/moves/fence/pause.ts';
import { createSides } from '../../src/moves/sides.ts';
import { fixFormats, hashTable } from '../../src/moves/verify/hash-probe.ts';
import { listTenantTables } from '../../src/moves/preflight/tables-probe.ts';
import type { OperationStep } from '../../src/operations/operations.ts';
import { findMove, follow } from '../../test/moves/harness.ts';
import { ORGANIZATION } from '../../test/moves/shards.ts';
import type { Writer, WriterGap } from '../../test/moves/writer.ts';
import type { BenchSite } from './site.ts';

/** How long writers had no answer, one value for each of them, and how long we say that they had to wait. */
export interface Gap {
  readonly clientsMs: readonly number[];
  readonly pauseMs: number;
  /** How long each comparison held them back. */
  readonly comparisonsMs: readonly number[];
  /** What went on when the longest of them began, and when it ended. */
  readonly during: string;
  /** How long they were looked at. */
  readonly lastedMs: number;
}

/** What was done, and in which times; the last of those that had begun is what went on. */
interface Work extends Pick<Gap, 'pauseMs' | 'comparisonsMs'> {
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
                for (const table of tables)
                  await hashTable(tx, { table, organization: ORGANIZATION, pace: null });
              }),
            ),
          ),
      );
      return { pauseMs: milliseconds, comparisonsMs: [], steps: [] };
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
    const before = (await findMove(engine, id)).pauses.length;
    const ended = await follow(engine, what, id);
    if (ended.state !== 'SUCCEEDED') throw new Error(`${what} ${ended.state}: ${ended.error?.message}`);
    const pauses = (await findMove(engine, id)).pauses.slice(before);
    const last = pauses.findLast(({ reason }) => reason === (what === 'cutover' ? 'CUTOVER' : 'REVERSE'));
    const comparisons = pauses.filter(({ reason }) => reason === 'VERIFY');
    const [steps = []] = await engine.operations.stepsOf([ended.id]);
    return {
      pauseMs: last?.milliseconds ?? NaN,
      comparisonsMs: comparisons.map(({ milliseconds }) => milliseconds),
      steps,
    };
  });
}

/** As long as another one was looked at, with no move anywhere: what this machine does to writers by itself. */
export async function nothing(writer: Writer, { lastedMs }: Gap): Promise<Gap> {
  return measured(writer, async () => {
    await sleep(lastedMs - SETTLE_MS);
    return { pauseMs: 0, comparisonsMs: [], steps: [] };
  });
}

/** Writers go on a little before and after. */
async function measured(writer: Writer, work: () => Promise<Work>): Promise<Gap> {
  await writer.warmUp();
  await sleep(SETTLE_MS);
  writer.takeGaps();
  const began = performance.now();
  const { steps, ...pauses } = await work();
  await sleep(SETTLE_MS);
  const gaps = writer.takeGaps();
  const lastedMs = performance.now() - began;
  const longest = gaps.toSorted((left, right) => right.milliseconds - left.milliseconds)[0];
  const during = longest === undefined ? 'nothing' : describe(longest, steps);
  return { clientsMs: gaps.map((one) => one.milliseconds), ...pauses, during, lastedMs };
}

function describe({ endedAt, milliseconds }: WriterGap, steps: Work['steps']): string {
  const end = endedAt?.getTime() ?? 0;
  const names = [end - milliseconds, end].map((moment) => stepAt(moment, steps));
  return [...new Set(names)].join(' to ');
}

/** The last that had begun. */
function stepAt(moment: number, steps: Work['steps']): string {
  const begun = steps
    .filter(({ startedAt }) => startedAt !== null && startedAt.getTime() <= moment)
    .toSorted((left, right) => Number(left.startedAt) - Number(right.startedAt));
  return begun.at(-1)?.name ?? 'no step';
}
