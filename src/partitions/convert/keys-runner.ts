import type { Transaction } from '../../postgres/pool.ts';
import { identifier, raw, sql } from '../../postgres/sql.ts';
import { rowsInHours } from '../long-runner.ts';
import type { Conversion } from './conversion.ts';
import type { ShapeForeignKey } from './shape.ts';

/** A foreign key of one leaf. */
export interface LeafKey {
  readonly leaf: string;
  readonly key: ShapeForeignKey;
}

/**
 * Holds for new rows from now on; the others are looked at later. The tables that it points at cannot be written to until
 * the transaction ends. Twice is safe: one that is there stays.
 */
export async function addLeafKey(
  tx: Transaction,
  { shape }: Conversion,
  { leaf, key }: LeafKey,
): Promise<void> {
  if (await hasKey(tx, { schema: shape.schema, leaf, name: key.name })) return;
  await tx.rows(sql`/* partitions.addLeafKey */
    ALTER TABLE ${identifier(shape.schema, leaf)} ADD CONSTRAINT ${identifier(key.name)} ${raw(key.definition)} NOT VALID
  `);
}

/** Reads the leaf while others write. Twice is safe: one that is valid is left alone by the server. */
export async function validateLeafKey(
  tx: Transaction,
  { shape }: Conversion,
  { leaf, key }: LeafKey,
): Promise<void> {
  await rowsInHours(
    tx,
    sql`/* partitions.validateLeafKey */
    ALTER TABLE ${identifier(shape.schema, leaf)} VALIDATE CONSTRAINT ${identifier(key.name)}
  `,
  );
}

async function hasKey(
  tx: Transaction,
  { schema, leaf, name }: { readonly schema: string; readonly leaf: string; readonly name: string },
): Promise<boolean> {
  const [row] = await tx.rows<{ readonly exists: boolean }>(sql`/* partitions.hasLeafKey */
    SELECT EXISTS (
      SELECT FROM pg_constraint WHERE conrelid = ${identifier(schema, leaf).text}::regclass AND conname = ${name}
    ) AS exists
  `);
  return row?.exists ?? false;
}
