import { setTimeout as sleep } from 'node:timers/promises';
import { pauseWriters } from '../../src/moves/fence/pause.ts';
import { createSides } from '../../src/moves/sides.ts';
import { fixFormats, hashTable } from '../../src/moves/verify/hash-probe.ts';
import { listTenantTables } from '../../src/moves/preflight/tables-probe.ts';
import { findMove, follow } from '../../test/moves/harness.ts';
import { ORGANIZATION } from '../../test/moves/shards.ts';
import type { Writer } from '../../test/moves/writer.ts';
import type { BenchSite } from './site.ts';

/** How long writers had no answer, one value for each of them, and how long we say that they had to wait. */
export interface Gap {
  readonly clientsMs: readonly number[];
  readonly pauseMs: number;
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
          signal: AbortSignal.timeout(LONG_ENOUGH_MS),
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
      return milliseconds;
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
    return last?.milliseconds ?? NaN;
  });
}

/** Writers go on a little before and after. */
async function measured(writer: Writer, work: () => Promise<number>): Promise<Gap> {
  await sleep(SETTLE_MS);
  writer.takeGapsMs();
  const pauseMs = await work();
  await sleep(SETTLE_MS);
  return { clientsMs: writer.takeGapsMs(), pauseMs };
}
