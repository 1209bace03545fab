import { isServerError } from '../../postgres/errors.ts';
import { parseLoadedSql } from '../../postgres/parse.ts';
import { identifier, raw, sql } from '../../postgres/sql.ts';
import {
  type FoundIndex,
  findBuild,
  findIndex,
  findTable,
  findTwinDefinition,
  nameOf,
  type Table,
} from './index-probe.ts';
import { waitForOldTransactions } from './old-transactions.ts';
import { MigrationBlockedError, MigrationFailedError, MigrationIndexDiffersError } from './run-errors.ts';
import { limitsOf, pause, type Task } from './run.ts';
import { beginMigration, limitStatements } from './session-store.ts';
import { failureAt, type Sendable, sendStatement } from './statement.ts';
import type { Relation } from '../files/statement-rules.ts';

const CLEAN_UP_TIMEOUT_MS = 10_000;
const BUILDER_WAIT_MS = 30_000;
const BUILDER_POLL_MS = 500;

/**
 * CREATE INDEX CONCURRENTLY, so that in the end there is a usable index with the definition that the statement asks
 * for, or an error:
 *
 * | found under its name              | is done                                                             |
 * |-----------------------------------|---------------------------------------------------------------------|
 * | nothing                           | built                                                               |
 * | a usable one, the same            | nothing after a crash and with IF NOT EXISTS, else the server refuses |
 * | a usable one, another             | refused: IF NOT EXISTS would call it a success                      |
 * | an unusable one that is being built | waited for                                                        |
 * | an unusable one                   | dropped and built: it is what a build leaves that breaks off        |
 */
export async function buildIndex(task: Task, one: Sendable, wasStarted: boolean): Promise<void> {
  const { session } = task.run;
  const node = one.statement.node as unknown as IndexNode;
  const table = await findTable(session, node.relation);
  // Without the table, the server says so best.
  if (!table) return sendStatement(task, one);
  const found = await settle(task, one, { table, name: node.idxname });
  // Else the server refuses a name that is taken, so that what stands there in the end is what it was asked for.
  const mayBeAnother = found !== null || node.if_not_exists === true;
  const expected = mayBeAnother ? await readExpected(task, one, node) : null;
  if (found) {
    refuseOther(found, table, expected);
    if (wasStarted || node.if_not_exists === true) return;
  }
  await waitForOldTransactions(task, one, { table, waitsFor: 'WRITERS' });
  await build(task, one, { table, name: node.idxname });
  const built = await findIndex(session, table.schema, node.idxname);
  if (!built?.isUsable)
    throw new MigrationFailedError(
      failureAt(task, one, 'XX000', `index ${node.idxname} is not usable`),
      null,
    );
  refuseOther(built, table, expected);
}

/** In place of `one`, and as patient as a build: it waits for those who use the table. */
export async function dropIndex(
  task: Task,
  one: Sendable,
  { schema, name }: Pick<FoundIndex, 'schema' | 'name'>,
): Promise<void> {
  const text = `/* migrations.dropIndex */ DROP INDEX CONCURRENTLY IF EXISTS ${identifier(schema, name).text}`;
  await sendStatement(task, one, { text, waitsForEver: true });
}

interface IndexNode {
  readonly idxname: string;
  readonly relation: Relation;
  readonly unique?: boolean;
  readonly if_not_exists?: boolean;
}

interface Wanted {
  readonly table: Table;
  readonly name: string;
}

/**
 * What PostgreSQL would write about the index: it makes it on an empty copy of the table, which vanishes with its
 * transaction. To compare the texts of statements instead would take a second PostgreSQL.
 */
async function readExpected(
  task: Task,
  one: Sendable,
  { idxname, relation, unique }: IndexNode,
): Promise<string> {
  const rollback = new Error('the copy is not kept');
  let definition = '';
  const twin = raw(
    `/* migrations.createTwin */ CREATE ${unique === true ? 'UNIQUE ' : ''}INDEX ${identifier(idxname).text} ON pg_temp.${identifier(relation.relname).text} ${tailOf(one)}`,
  );
  try {
    await task.run.session.transaction(async (tx) => {
      await beginMigration(tx, limitsOf(task));
      await tx.rows(sql`/* migrations.createCopy */
        CREATE TEMPORARY TABLE ${identifier(relation.relname)} (LIKE ${raw(nameOf(relation))}) ON COMMIT DROP
      `);
      await tx.rows(twin);
      definition = await findTwinDefinition(tx, idxname);
      throw rollback;
    });
  } catch (error) {
    // What the copy cannot have, the table cannot have either.
    if (isServerError(error))
      throw new MigrationFailedError(failureAt(task, one, error.code, error.message), error);
    if (error !== rollback) throw error;
  }
  return definition;
}

/** What stands behind the table's name. */
function tailOf({ statement }: Sendable): string {
  const [alone] = parseLoadedSql(statement.text);
  const { location = 0 } = (alone?.node as unknown as IndexNode).relation;
  const fromTable = Buffer.from(statement.text).subarray(location).toString();
  const part = String.raw`(?:"(?:[^"]|"")+"|[^\s".(]+)`;
  return fromTable.replace(new RegExp(String.raw`^${part}(?:\s*\.\s*${part})*`), '');
}

/** Waits for another builder of it, takes away what one has left behind, and gives what there is then. */
async function settle(task: Task, one: Sendable, { table, name }: Wanted): Promise<FoundIndex | null> {
  const { session, options } = task.run;
  const deadline = performance.now() + (options.oldTransactionWaitMs ?? BUILDER_WAIT_MS);
  for (;;) {
    const found = await findIndex(session, table.schema, name);
    if (!found || found.isUsable || found.tableId !== table.id) return found;
    if (!found.isUnderWay) {
      await dropIndex(task, one, found);
      return null;
    }
    if (performance.now() >= deadline)
      throw new MigrationBlockedError(failureAt(task, one, '55006', `another session builds ${name}`), []);
    await pause(BUILDER_POLL_MS, options.signal);
  }
}

async function build(task: Task, one: Sendable, { table, name }: Wanted): Promise<void> {
  const { db, pid, session, options } = task.run;
  const onTick = async () => {
    const build = await findBuild(db, pid, name);
    if (build) options.onProgress?.({ ...task.place, phase: 'BUILDING', statement: one.at, build });
  };
  try {
    await sendStatement(task, one, { waitsForEver: true, onTick });
  } catch (error) {
    await removeLeftover(task, { table, name }).catch(() => {});
    await limitStatements(session, { ...limitsOf(task), lockTimeoutMs: 0 }).catch(() => {});
    throw error;
  }
}

/** Best effort: an unusable index costs every write until it is gone. What stays is taken away by the next run. */
async function removeLeftover({ run: { session } }: Task, { table, name }: Wanted): Promise<void> {
  await limitStatements(session, {
    lockTimeoutMs: CLEAN_UP_TIMEOUT_MS,
    statementTimeoutMs: CLEAN_UP_TIMEOUT_MS,
  });
  const found = await findIndex(session, table.schema, name);
  if (!found || found.isUsable || found.isUnderWay || found.tableId !== table.id) return;
  await session.rows(sql`/* migrations.removeLeftover */
    DROP INDEX CONCURRENTLY IF EXISTS ${identifier(found.schema, found.name)}
  `);
}

function refuseOther(found: FoundIndex, table: Table, expected: string | null): void {
  if (expected === null || (found.tableId === table.id && found.definition === expected)) return;
  const where = found.tableId === table.id ? '' : 'of something else: ';
  throw new MigrationIndexDiffersError(found.name, {
    expected,
    found: where + (found.definition || 'no index at all'),
  });
}
