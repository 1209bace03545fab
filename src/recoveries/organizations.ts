import type { Queryable } from '../postgres/pool.ts';
import { RecoveryOrganizationAmbiguousError, RecoveryOrganizationNotFoundError } from './errors.ts';
import { findOrganizations, type FoundOrganization } from './organizations-probe.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface MeantOrganization extends Pick<FoundOrganization, 'id'> {
  /** Null: it is not in the live database (any more). */
  readonly name: string | null;
  readonly slug: string | null;
}

/**
 * Who is meant by an id, a name or a slug. An id need not be there: the organization itself may be what was deleted.
 *
 * @throws {RecoveryOrganizationNotFoundError} {RecoveryOrganizationAmbiguousError}
 */
export async function resolveOrganization(live: Queryable, text: string): Promise<MeantOrganization> {
  const found = await findOrganizations(live, text);
  const exact = found.find((one) => one.id === text.toLowerCase()) ?? found[0];
  const isId = UUID.test(text);
  if (!isId && found.length > 1)
    throw new RecoveryOrganizationAmbiguousError(
      text,
      found.map((one) => one.id),
    );
  if (exact !== undefined) return exact;
  if (isId) return { id: text.toLowerCase(), name: null, slug: null };
  throw new RecoveryOrganizationNotFoundError(
    text,
    'in the live database',
    'Give its name, slug or id as they are now; one that was deleted as a whole is found by its id.',
  );
}
