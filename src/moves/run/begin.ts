import { untilAvailable } from '../../postgres/retry.ts';
import { MoveRefusedError, MoveStateError, OrganizationMovingError } from '../errors.ts';
import type { MoveInput } from '../inputs.ts';
import type { MoveTable } from '../moves.ts';
import { checkMove } from '../preflight/checks.ts';
import { countRows, listTenantTables } from '../preflight/tables-probe.ts';
import * as store from '../store.ts';
import { watchCopy } from '../stream/copy.ts';
import { type MoveDependencies, note, type Part } from './parts.ts';

const TABLES_EVERY_MS = 1_000;

/** Writes the move down. Twice is safe. @throws {OrganizationMovingError} @throws {MoveStateError} */
export async function begin({ db }: MoveDependencies, id: string, input: MoveInput): Promise<void> {
  const epoch = BigInt(input.epoch);
  const written = await untilAvailable(() => store.insert(db, { ...input, id, epoch }));
  // An operation that has failed can be tried again, but its move has been taken back, or has gone through: what an
  // ended one did now would be written down nowhere.
  if (written !== null && written.state !== 'PREFLIGHT')
    throw new MoveStateError(written, 'begun again', 'Move the organization by a new operation.');
  if (written !== null) return;
  const other = await store.findUnfinished(db, input.organization);
  if (other !== null) throw new OrganizationMovingError(other);
}

/** Looks at everything that could go wrong, and counts. @throws {MoveRefusedError} */
export async function preflight(part: Part): Promise<void> {
  const { move, sides, context } = part;
  context.progress({ message: 'looking at both shards' });
  const checks = await checkMove(sides, move.organization);
  await note(part, { checks });
  const failed = checks.filter(({ state }) => state === 'FAILED');
  if (failed.length > 0) throw new MoveRefusedError(failed);
  const tables = await listTenantTables(sides.from.db);
  const rows = await countRows(sides.from.db, tables, move.organization);
  await note(part, {
    tables: tables.map(({ name }, index): MoveTable => ({
      ...{ name, rows: rows[index] ?? 0, state: 'WAITING', rowsCopied: 0, bytesCopied: null },
    })),
  });
}

/** Watches the copy and writes down how far each table is. */
export async function copy(part: Part): Promise<void> {
  let writtenAt = 0;
  let newest: readonly MoveTable[] = [];
  await watchCopy({ ...part, direction: 'FORWARD' }, part.context, async (tables) => {
    newest = tables;
    if (performance.now() - writtenAt < TABLES_EVERY_MS) return;
    writtenAt = performance.now();
    await note(part, { tables });
  });
  await note(part, { tables: newest });
}
