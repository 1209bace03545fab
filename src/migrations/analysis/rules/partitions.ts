import type { AlterTableCmd } from '@pgsql/types';
import { commandWork } from '../effects.ts';
import { defaultPartitionOf } from '../neighbours.ts';
import { nameOf, pick, pickAll, read } from '../tree.ts';
import { advise, type Advice, findings, perCommand, type Rule, type Step } from './rule.ts';

/** Partitions that come and go. The locks were measured; the manual says little about them. */
export const partitionRules: readonly Rule[] = [partitionOf, perCommand(attach), perCommand(detach)];

function partitionOf(step: Step) {
  const create = read(step.statement, 'CreateStmt');
  if (!create?.partbound) return [];
  const { world } = step;
  return pickAll(create.inhRelations, 'RangeVar').flatMap((relation) => {
    const parent = world.nameOf(nameOf(relation));
    const weight = world.hasTarget && (defaultPartitionOf(parent, world)[0] ?? parent);
    return findings(
      step,
      advise(world, weight || parent, {
        rule: 'partition-of',
        severity: 'WARNING',
        message: `nobody can read or write ${parent}, or any of its partitions through it, until this has its lock`,
        hint: 'CREATE TABLE … (LIKE … INCLUDING ALL), add a CHECK with its bounds, and ATTACH it: that stops nobody.',
      }),
    );
  });
}

function attach(command: AlterTableCmd, parent: string, { world }: Step): readonly (Advice | null)[] {
  const partition = pick(command.def, 'PartitionCmd');
  if (command.subtype !== 'AT_AttachPartition' || !partition) return [];
  const child = world.nameOf(nameOf(partition.name));
  const scanned = commandWork(command, parent, world).map((one) => one.table);
  const [whole] = defaultPartitionOf(parent, world);
  return [
    scanned.includes(child)
      ? advise(world, child, {
          rule: 'attach-without-check',
          severity: 'WARNING',
          message: `every row of ${child} is tested against its bounds while nobody can use it`,
          hint: 'Add a CHECK with the bounds NOT VALID, VALIDATE it, and ATTACH then: the server sees that it need not look.',
        })
      : null,
    whole !== undefined && whole !== child
      ? advise(world, whole, {
          rule: 'attach-with-default',
          severity: 'WARNING',
          message: `every row of the default partition ${whole} is tested while nobody can use it`,
          hint: 'Give the default partition a CHECK that excludes the new bounds, or do without one.',
        })
      : null,
  ];
}

function detach(command: AlterTableCmd, parent: string, { world }: Step): Advice | null {
  const partition = pick(command.def, 'PartitionCmd');
  if (command.subtype !== 'AT_DetachPartition' || !partition) return null;
  if (partition.concurrent)
    return defaultPartitionOf(parent, world).length === 0
      ? null
      : {
          rule: 'detach-with-default',
          severity: 'REFUSED',
          message: `the server does not detach CONCURRENTLY while ${parent} has a default partition`,
          hint: 'Detach the default partition first.',
        };
  return advise(world, parent, {
    rule: 'require-concurrent-partition-detach',
    severity: 'WARNING',
    message: `nobody can read or write ${parent} while this waits for its lock`,
    hint: 'Detach it CONCURRENTLY, in a migration with `-- transaction: none`, and FINALIZE when it was interrupted.',
  });
}
