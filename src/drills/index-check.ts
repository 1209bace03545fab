import { isServerError } from '../postgres/errors.ts';
import type { Session } from '../postgres/pool.ts';
import type { DrillCheck } from './drills.ts';
import { checkIndex, createAmcheck, findAmcheck, listBtreeIndexes, promote } from './probe.ts';

export interface IndexCheckOptions {
  readonly signal: AbortSignal;
  /** Called before the clone leaves recovery: from then on it can't be opened a second time. */
  readonly beforePromotion: () => Promise<void>;
  readonly onProgress: (done: number, total: number, name: string) => void;
}

const PROMOTE_SECONDS = 60;
const NAMES_SHOWN = 20;
const EXPECTED = 'every btree index in order, with every row of its table';

/** amcheck on all btree indexes of the clone. Where the database has no amcheck, the clone gets it. */
export async function checkIndexes(db: Session, options: IndexCheckOptions): Promise<DrillCheck> {
  const amcheck = await prepareAmcheck(db, options);
  if ('reason' in amcheck) return toCheck('UNKNOWN', null, amcheck.reason);
  const indexes = await listBtreeIndexes(db);
  const damaged: string[] = [];
  for (const [done, { id, name }] of indexes.entries()) {
    options.signal.throwIfAborted();
    options.onProgress(done, indexes.length, name);
    const problem = await findProblem(db, { schema: amcheck.schema, id, signal: options.signal });
    if (problem !== null) damaged.push(`${name}: ${problem}`);
  }
  const found = `${indexes.length - damaged.length} of ${indexes.length} indexes are sound`;
  if (damaged.length === 0) return toCheck('PASSED', found, null);
  const more = damaged.length > NAMES_SHOWN ? [`and ${damaged.length - NAMES_SHOWN} more`] : [];
  return toCheck('FAILED', found, [...damaged.slice(0, NAMES_SHOWN), ...more].join('; '));
}

function toCheck(state: DrillCheck['state'], found: string | null, reason: string | null): DrillCheck {
  return { name: 'indexes', state, found, expected: EXPECTED, reason };
}

type Amcheck = { readonly schema: string } | { readonly reason: string };

async function prepareAmcheck(db: Session, options: IndexCheckOptions): Promise<Amcheck> {
  const schema = await findAmcheck(db);
  if (schema !== null) return { schema };
  try {
    await options.beforePromotion();
    if (!(await promote(db, PROMOTE_SECONDS)))
      return { reason: `the clone did not leave recovery within ${PROMOTE_SECONDS} s to get amcheck` };
    return { schema: await createAmcheck(db) };
  } catch (error) {
    options.signal.throwIfAborted();
    if (!isServerError(error)) throw error;
    return { reason: `amcheck can't be had on the clone: ${error.message}` };
  }
}

/** Null: sound. Damage has many SQLSTATEs, since the check also runs the expressions of the index. */
async function findProblem(
  db: Session,
  { schema, id, signal }: { readonly schema: string; readonly id: number; readonly signal: AbortSignal },
): Promise<string | null> {
  try {
    await checkIndex(db, schema, id);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (!isServerError(error)) throw error;
    return error.message;
  }
}
