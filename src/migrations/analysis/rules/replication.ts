import type { AlterTableCmd, Node, PublicationTable } from '@pgsql/types';
import type { RelationFacts } from '../facts.ts';
import { columnsIn, nameOf, pick, pickAll, read } from '../tree.ts';
import type { World } from '../world.ts';
import { type Advice, findings, perCommand, type Rule, type Step } from './rule.ts';

/** What logical replication, and with it the move of a tenant, relies on. */
export const replicationRules: readonly Rule[] = [perCommand(replicaIdentity), publication];

function replicaIdentity(command: AlterTableCmd, table: string, { world }: Step): readonly (Advice | null)[] {
  const identity = pick(command.def, 'ReplicaIdentityStmt');
  if (command.subtype !== 'AT_ReplicaIdentity' || !identity || world.isNew(table)) return [];
  const facts = world.get(table);
  const columns = identityColumns(facts, identity.identity_type ?? 'd', identity.name);
  const broken = facts.publications.filter((one) =>
    one.filterColumns.some((name) => !columns?.includes(name)),
  );
  return [
    columns !== null && broken.length > 0
      ? {
          rule: 'replica-identity-breaks-publication',
          severity: 'DANGER',
          message: `publication ${broken.map((one) => one.name).join(', ')} filters ${table} by columns that the new identity lacks: every UPDATE and DELETE fails at once`,
          hint: 'Take a unique index that has the columns of the filter, or drop the publication first.',
        }
      : null,
    {
      rule: 'replica-identity-change',
      severity: identity.identity_type === 'n' ? 'WARNING' : 'INFO',
      message:
        identity.identity_type === 'n'
          ? `UPDATE and DELETE on ${table} fail as soon as a publication has it`
          : `it closes ${table} for a moment${identity.identity_type === 'f' ? ', and each change logs the whole old row' : ''}`,
      hint: 'Use a unique index on NOT NULL columns that starts with the tenant.',
    },
    facts.kind === 'p'
      ? {
          rule: 'replica-identity-of-parent',
          severity: 'WARNING',
          message: `${table} is partitioned: its partitions, and those to come, keep the identity they have`,
          hint: 'Set it on every partition too, and on each new one when it is made.',
        }
      : null,
  ];
}

/** Null: all columns, or not known. */
function identityColumns(
  facts: RelationFacts,
  type: string,
  index: string | undefined,
): readonly string[] | null {
  if (type === 'f') return null;
  if (type === 'n') return [];
  if (type === 'i') return facts.indexes.find((one) => one.name === index)?.columns ?? null;
  return facts.constraints.find((one) => one.kind === 'p')?.columns ?? [];
}

function publication(step: Step) {
  const statement =
    read(step.statement, 'CreatePublicationStmt') ?? read(step.statement, 'AlterPublicationStmt');
  if (!statement) return [];
  const publishes = optionOf(statement.options, 'publish') ?? 'insert,update,delete,truncate';
  const viaRoot = /^(true|on|1|)$/.test(optionOf(statement.options, 'publish_via_partition_root') ?? 'false');
  const isCreated = step.statement.kind === 'CreatePublicationStmt';
  const tables = pickAll(statement.pubobjects, 'PublicationObjSpec').flatMap((one) => one.pubtable ?? []);
  const filtered = tables.filter((one) => one.whereClause);
  return [
    ...findings(step, statement.for_all_tables ? allTables() : null),
    ...filtered.flatMap((one) =>
      findings(
        step,
        /update|delete/.test(publishes) ? filteredTable(one, step.world) : null,
        isCreated && !viaRoot ? filteredRoot(one, step.world) : null,
      ),
    ),
    ...findings(
      step,
      isCreated && filtered.length > 0 && publishes.includes('truncate') ? truncated() : null,
    ),
  ];
}

function optionOf(options: readonly Node[] | undefined, name: string): string | null {
  const option = pickAll(options, 'DefElem').find((one) => one.defname === name);
  if (!option) return null;
  return pick(option.arg, 'String')?.sval ?? (pick(option.arg, 'Boolean')?.boolval ? 'true' : '');
}

const allTables = (): Advice => ({
  rule: 'publication-for-all-tables',
  severity: 'WARNING',
  message: 'UPDATE and DELETE fail at once on every table without a primary key or a replica identity',
  hint: 'Name the tables.',
});

const truncated = (): Advice => ({
  rule: 'publication-of-truncate',
  severity: 'WARNING',
  message: 'a TRUNCATE is not filtered: it empties the table of every subscriber, rows of others too',
  hint: "Say publish = 'insert, update, delete'.",
});

/** Every leaf counts: the identity of a parent reaches none of them. */
function filteredTable({ relation, whereClause }: PublicationTable, world: World): Advice | null {
  const table = world.nameOf(nameOf(relation));
  const columns = columnsIn(whereClause);
  const leaves = world.familyOf(table).filter((one) => world.get(one).kind === 'r');
  const isKnown = world.hasTarget && world.find(table) !== null && !world.isNew(table);
  const broken = leaves.filter((one) => !covers(world.get(one), columns));
  if (isKnown && broken.length === 0) return null;
  return {
    rule: 'filtered-publication-without-identity',
    severity: isKnown ? 'DANGER' : 'WARNING',
    message: isKnown
      ? `the replica identity of ${broken.join(', ')} lacks ${columns.join(', ')}: every UPDATE and DELETE there fails at once, for all tenants`
      : `unless the replica identity of ${table} has ${columns.join(', ')}, every UPDATE and DELETE there fails at once`,
    hint: 'First give the table, and each of its partitions, a replica identity with the columns of the filter.',
  };
}

function covers(facts: RelationFacts, columns: readonly string[]): boolean {
  return facts.replicaIdentity === 'f' || columns.every((one) => facts.replicaIdentityColumns.includes(one));
}

function filteredRoot({ relation }: PublicationTable, world: World): Advice | null {
  const table = world.nameOf(nameOf(relation));
  if (world.get(table).kind !== 'p') return null;
  return {
    rule: 'filtered-publication-of-parent',
    severity: 'REFUSED',
    message: `the server takes no row filter for ${table}, which is partitioned, without publish_via_partition_root`,
    hint: 'Add publish_via_partition_root = true.',
  };
}
