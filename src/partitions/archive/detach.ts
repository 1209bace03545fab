import { setTimeout as sleep } from 'node:timers/promises';
import type { StepContext } from '../../operations/define.ts';
import { untilAvailable } from '../../postgres/retry.ts';
import { detachConcurrently, detachLocked, finalizeDetach, listUsers } from '../detach-runner.ts';
import { PartitionBlockedError, PartitionNotFoundError } from '../errors.ts';
import { attachLeaf } from '../leaf-runner.ts';
import { untilUnblocked } from '../lock-runner.ts';
import { toWork } from '../maintenance/perform.ts';
import { abandonArchive, findArchive } from '../store.ts';
import { DATA_FILE, MANIFEST_FILE } from './export.ts';
import { type ArchiveDependencies, findPartition, type NamedPartition } from './subject.ts';

const USERS_POLL_MS = 250;

/**
 * Takes the partition out of its table while readers and writers go on.
 *
 * | it is          | what is done                                                                |
 * |----------------|-----------------------------------------------------------------------------|
 * | ATTACHED       | waits until nobody holds a lock on the table, then DETACH CONCURRENTLY       |
 * | DETACH_PENDING | FINALIZE: an earlier detach broke off                                        |
 * | DETACHED, gone | nothing                                                                      |
 *
 * Twice is safe by that. It waits before and not behind the first transaction of the detach: that one puts the rows out
 * of sight, and a long reader would keep them there.
 */
export async function detachLeaf(
  deps: ArchiveDependencies,
  named: NamedPartition,
  context: StepContext,
): Promise<void> {
  const { partition, table: name, cluster } = named;
  const db = await deps.fleet.primary(cluster);
  const work = { ...toWork(deps, context, `detach ${partition}`), db };
  await untilUnblocked(work, async (session) => {
    const { table, leaf } = await findPartition(deps, named);
    if (leaf === null || leaf.state === 'DETACHED') return;
    context.assertLease();
    if (leaf.state === 'DETACH_PENDING') return finalizeDetach(session, named);
    const other = table.leaves.find((one) => one.state === 'DETACH_PENDING');
    if (other)
      throw new PartitionNotFoundError(
        name,
        partition,
        `could be detached while ${other.name} is half detached`,
      );
    if (table.shown.defaultPartition !== null) return detachLocked(session, named);
    await waitForUsers(deps, named, context);
    context.assertLease();
    return detachConcurrently(session, named);
  });
}

/** @throws {PartitionBlockedError} */
async function waitForUsers(
  { fleet, patienceMs }: ArchiveDependencies,
  named: NamedPartition,
  { signal, progress }: StepContext,
): Promise<void> {
  const db = await fleet.primary(named.cluster);
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const users = await listUsers(db, named);
    if (users.length === 0) return;
    if (performance.now() > deadline) throw new PartitionBlockedError(`detach ${named.partition}`, users);
    progress({ message: `waits for ${users.length} transaction(s) that use ${named.table}` });
    await sleep(USERS_POLL_MS, undefined, { signal });
  }
}

/**
 * Attaches the partition again after a failure, unless it is ARCHIVED, and removes what was written. Twice is safe. What is half detached is finished first; when locks don't allow even that, it stays
 * so, and maintenance goes on with it later.
 */
export async function giveBack(
  deps: ArchiveDependencies,
  named: NamedPartition,
  context: StepContext,
): Promise<void> {
  const { operationId } = context;
  const archive = await untilAvailable(() => findArchive(deps.db, { operationId, ...named }));
  if (archive === null || archive.state === 'ARCHIVED' || archive.state === 'ABANDONED') return;
  const db = await deps.fleet.primary(named.cluster);
  const work = { ...toWork(deps, context, `attach ${named.partition} again`), db };
  await untilUnblocked(work, async (session) => {
    const { table, leaf } = await findPartition(deps, named);
    if (leaf === null || leaf.state === 'ATTACHED') return;
    context.assertLease();
    if (leaf.state === 'DETACH_PENDING') await finalizeDetach(session, named);
    const { from, to } = archive;
    if (from === null || to === null) return; // nobody knows its range: it was a table beside before
    // DETACH CONCURRENTLY has left a CHECK of the bounds, so nothing is scanned.
    await session.transaction((tx) => attachLeaf(tx, { table: table.live, name: named.partition, from, to }));
  });
  await untilAvailable(() => abandonArchive(deps.db, { operationId, ...named }));
  // Files that no row counts on only take room; when they cannot be removed, that is no news worth failing for.
  for (const file of [MANIFEST_FILE, DATA_FILE])
    await deps.store.remove(`${archive.folder}/${file}`).catch(() => {});
}
