import { setTimeout as sleep } from 'node:timers/promises';
import type { StepContext } from '../../operations/define.ts';
import { currentLsn, listLateSlots } from '../detach-runner.ts';
import { PartitionNeededError } from '../errors.ts';
import type { LiveLeaf } from '../probe.ts';
import { titleOf } from '../read.ts';
import { listWrites } from '../store.ts';
import type { ArchiveDependencies, NamedPartition } from './subject.ts';

const SLOT_PATIENCE_MS = 10_000;
const SLOT_POLL_MS = 250;

/**
 * Whether anybody still needs the rows in the table.
 *
 * @throws {PartitionNeededError} that names who.
 */
export async function checkNeeds(
  deps: ArchiveDependencies,
  named: NamedPartition,
  { leaf, context: { signal } }: { readonly leaf: LiveLeaf; readonly context: Pick<StepContext, 'signal'> },
): Promise<void> {
  const { cluster, schema, table, partition } = named;
  const moving = await deps.tablesBeingMoved(cluster);
  if (moving.includes(titleOf({ schema, name: table })) || moving.includes('*'))
    throw new PartitionNeededError(
      partition,
      `an organization with rows in ${table} is being moved`,
      'Wait until the move is completed or aborted: `sunday organizations list` shows it.',
    );
  await checkBackup(deps, named, leaf);
  await checkSlots(deps, named, signal);
}

async function checkBackup(
  deps: ArchiveDependencies,
  { cluster, partition }: NamedPartition,
  leaf: LiveLeaf,
) {
  const coverage = await deps.backupCoverage(cluster);
  if (coverage === null) return;
  const writes = (await listWrites(deps.db, cluster)).get(leaf.id);
  // PostgreSQL keeps no time of the last write: either we saw the counters change, or the partition's own time is over.
  const since = new Date(Math.max(writes?.changedAt?.getTime() ?? 0, leaf.to?.getTime() ?? 0));
  const { startedAt } = coverage;
  if (startedAt !== null && startedAt > since) return;
  const newest = startedAt === null ? 'there is none' : `the newest began ${startedAt.toISOString()}`;
  throw new PartitionNeededError(
    partition,
    `no backup has covered it: it was written to until ${since.toISOString()}, ${newest}`,
    `Take a backup first: sunday backups start --cluster ${cluster}`,
  );
}

/** Logical slots of this database must have read all that is written up to now: which tables they want, nobody says. */
async function checkSlots(
  { fleet }: ArchiveDependencies,
  { cluster, partition }: NamedPartition,
  signal: AbortSignal,
): Promise<void> {
  const db = await fleet.primary(cluster);
  const lsn = await currentLsn(db);
  const deadline = performance.now() + SLOT_PATIENCE_MS;
  for (;;) {
    const late = await listLateSlots(db, lsn);
    if (late.length === 0) return;
    if (performance.now() > deadline)
      throw new PartitionNeededError(
        partition,
        `the logical replication slot(s) ${late.join(', ')} have not read all that was written`,
        'Let their readers catch up, or drop a slot that nobody reads: it also keeps write-ahead log.',
      );
    await sleep(SLOT_POLL_MS, undefined, { signal });
  }
}
