import type { StepContext } from '../../operations/define.ts';
import { ArchiveCorruptError, PartitionNeededError } from '../errors.ts';
import { untilUnblocked } from '../lock-runner.ts';
import { toWork } from '../maintenance/perform.ts';
import { readLeaves } from '../probe.ts';
import type { ArchiveDependencies, NamedPartition } from './subject.ts';
import { dropTable, lockLeaf, measureContent, readColumns, settleSession } from './export-runner.ts';
import type { ArchiveManifest } from './manifest.ts';

/**
 * Drops the detached table in the transaction that has just seen it to be what was written: somebody may have written to
 * it by its own name since.
 *
 * @throws {ArchiveCorruptError} when it is not; nothing is dropped then.
 */
export async function dropLeaf(
  deps: ArchiveDependencies,
  named: NamedPartition,
  { manifest, context }: { readonly manifest: ArchiveManifest; readonly context: StepContext },
): Promise<void> {
  const { schema, partition: name, cluster } = named;
  const db = await deps.fleet.primary(cluster);
  const work = { ...toWork(deps, context, `drop ${name}`), db, isLong: true };
  await untilUnblocked(work, (session) =>
    session.transaction(async (tx) => {
      await lockLeaf(tx, schema, name);
      await settleSession(tx);
      const leaf = (await readLeaves(tx)).find((one) => one.name === name);
      if (leaf?.state !== 'DETACHED')
        throw new PartitionNeededError(name, 'it is part of its table again', 'Archive it again.');
      const columns = await readColumns(tx, schema, name);
      const { rowCount, rowHash } = await measureContent(tx, {
        ...{ schema, name, columns, keyColumn: manifest.keyColumn },
      });
      if (rowCount !== manifest.rowCount || rowHash !== manifest.rowHash)
        throw new ArchiveCorruptError(
          name,
          `the table has ${rowCount} rows now, and was changed since they were written`,
        );
      context.assertLease();
      await dropTable(tx, schema, name);
    }),
  );
}
