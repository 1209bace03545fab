import type { Command } from 'commander';
import { RecordedError } from '../../errors.ts';
import { type CommandContext, runs, startFields, withCluster, withExamples } from '../command.ts';
import { RepairMigrationDocument } from '../generated/graphql.ts';
import { fetchMigrations, type Migration } from './status.ts';
import { resolveCluster, unwrap } from '../session.ts';

interface RepairOptions {
  readonly cluster?: string;
  readonly reason: string;
  readonly onBehalfOf?: string;
}

/** `migrations repair`. */
export function addRepair(migrations: Command, context: CommandContext): void {
  const repair = withCluster(
    migrations
      .command('repair')
      .description('takes the changed file of a DRIFTED migration for what was applied; runs nothing')
      .argument('<version>', 'its number or full name'),
  )
    .requiredOption('--reason <text>', 'why the change of the file changes nothing')
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(repair, 'sunday migrations repair 003 --reason "only a comment was corrected"');
  runs<RepairOptions>(repair, context, async (session, options, [named = '']) => {
    const cluster = await resolveCluster(session, options.cluster);
    const found = findVersion(await fetchMigrations(session, cluster), named, cluster);
    const { version, name, checksum } = found;
    const input = {
      cluster,
      version,
      checksum,
      ...startFields({ ...options, wait: true }),
      reason: options.reason,
    };
    const answer = await session.client.request(RepairMigrationDocument, { input });
    const { migration } = unwrap(answer.repairMigration);
    session.show(
      { cluster, migration },
      () =>
        `✓ ${version}_${name} on ${cluster} is ${migration.state}: its checksum is ${checksum.slice(0, 12)}… now`,
    );
  });
}

/** @throws {RecordedError} MIGRATION_NOT_FOUND. */
function findVersion(all: readonly Migration[], named: string, cluster: string): Migration {
  const isNumber = /^\d{1,14}$/.test(named);
  const found = all.find(({ version, name }) =>
    isNumber ? Number(version) === Number(named) : `${version}_${name}` === named,
  );
  if (found !== undefined) return found;
  throw new RecordedError({
    code: 'MIGRATION_NOT_FOUND',
    message: `${cluster} has no migration ${named}`,
    hint: `Known versions: ${all.map(({ version }) => version).join(', ') || 'none'}.`,
    retryable: false,
  });
}
