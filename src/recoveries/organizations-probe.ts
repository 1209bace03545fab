import { isServerError } from '../postgres/errors.ts';
import type { Queryable } from '../postgres/pool.ts';
import { sql } from '../postgres/sql.ts';

export interface FoundOrganization {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
}

/** By id, name or slug, the deleted ones too; at most ten. */
export async function findOrganizations(db: Queryable, text: string): Promise<readonly FoundOrganization[]> {
  try {
    return await db.rows<FoundOrganization>(sql`/* recoveries.findOrganizations */
      SELECT id::text AS id, name, slug FROM public.organizations
      WHERE id::text = lower(${text}) OR name = ${text} OR slug = ${text}
      ORDER BY id LIMIT 10
    `);
  } catch (error) {
    if (isServerError(error, '42P01', '42703')) return []; // the product's tables are not there
    throw error;
  }
}
