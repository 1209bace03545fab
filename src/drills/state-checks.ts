import { fingerprintOf } from '../catalog/catalog.ts';
import { readCatalog } from '../catalog/probe.ts';
import { findFingerprintAt } from '../catalog/store.ts';
import { SundayError } from '../errors.ts';
import { isServerError } from '../postgres/errors.ts';
import type { Database } from '../postgres/pool.ts';
import type { CloneGoal, CountedTable } from './clones.ts';
import type { DrillCheck } from './drills.ts';
import { countFindings, type Finding, type QualityView } from './probe.ts';

const SHOWN = 20;

/** The live database; null when its primary does not answer. */
export type Live = Database | null;

/**
 * What the clone consists of against what the migration ledger of the live database has noted for that time, or else
 * the live database as it is now.
 *
 * | clone is like          | and                               | verdict |
 * |------------------------|-----------------------------------|---------|
 * | the ledger at the time |                                   | PASSED  |
 * | live now               | the ledger is otherwise, or empty | PASSED  |
 * | neither                | live is as the ledger was         | FAILED  |
 * | neither                | live has changed since            | UNKNOWN |
 */
export async function checkCatalog(clone: Database, live: Live, at: Date | null): Promise<DrillCheck> {
  const found = fingerprintOf(await readCatalog(clone));
  const known = await readKnown(live, at);
  const check = { name: 'catalog', found, expected: known.ledger ?? known.now } as const;
  if (found === known.ledger) return { ...check, state: 'PASSED', reason: null };
  if (found === known.now) {
    const ledger = known.ledger === null ? 'has nothing of that time' : 'noted another state then';
    const reason = `compared with the live database as it is now: its ledger ${ledger}`;
    return { ...check, expected: known.now, state: 'PASSED', reason };
  }
  if (known.ledger !== null && known.ledger === known.now)
    return { ...check, state: 'FAILED', reason: 'its objects are not those that the ledger noted then' };
  const reason = known.reason ?? 'the live database has changed since, and nothing says what it was then';
  return { ...check, state: 'UNKNOWN', reason };
}

interface Known {
  readonly ledger: string | null;
  readonly now: string | null;
  readonly reason: string | null;
}

async function readKnown(live: Live, at: Date | null): Promise<Known> {
  if (live === null) return { ledger: null, now: null, reason: 'the live database does not answer' };
  try {
    const ledger = at === null ? null : await findFingerprintAt(live, at);
    return { ledger, now: fingerprintOf(await readCatalog(live)), reason: null };
  } catch (error) {
    if (!isServerError(error) && !(error instanceof SundayError)) throw error;
    return { ledger: null, now: null, reason: `the live database can't be compared: ${error.message}` };
  }
}

/** Pure: rows against those that the backup noted. */
export function judgeRows(goal: CloneGoal, database: string, tables: readonly CountedTable[]): DrillCheck {
  const check = { name: 'rows', found: null, expected: null } as const;
  const noted = goal.note ?? 'no rows were noted with this backup, so there is nothing to compare';
  if (goal.manifest === null) return { ...check, state: 'UNKNOWN', reason: noted };
  if (goal.manifest.database !== database)
    return { ...check, state: 'UNKNOWN', reason: `rows of ${goal.manifest.database} were noted` };
  if (tables.length === 0) return { ...check, state: 'UNKNOWN', reason: noted };
  const wrong = tables.filter((one) => !one.ok);
  const rows = (of: (one: CountedTable) => number) => tables.reduce((sum, one) => sum + of(one), 0);
  const least = rows((one) => one.expectedMin);
  const most = rows((one) => one.expectedMax);
  return {
    name: 'rows',
    state: wrong.length === 0 ? 'PASSED' : 'FAILED',
    found: `${rows((one) => one.found ?? 0)} rows in ${tables.length} tables`,
    expected: `${least === most ? least : `${least} to ${most}`} rows in ${tables.length} tables`,
    reason: wrong.length === 0 ? goal.note : wrong.slice(0, SHOWN).map(describeTable).join('; '),
  };
}

function describeTable({ table, found, expectedMin, expectedMax }: CountedTable): string {
  const expected = expectedMin === expectedMax ? `${expectedMin}` : `${expectedMin} to ${expectedMax}`;
  return found === null
    ? `${table} can't be read instead of ${expected} rows`
    : `${table} has ${found} rows instead of ${expected}`;
}

/**
 * The guide's view of bad rows. What the live database has as well came with the backup, as it should; what it does
 * not have is looked at.
 */
export async function checkQuality(clone: Database, live: Live, view: QualityView): Promise<DrillCheck> {
  const check = { name: view, expected: '0 rows' } as const;
  try {
    const findings = await countFindings(clone, view);
    if (findings === null)
      return { ...check, state: 'UNKNOWN', found: null, reason: `the database has no view ${view}` };
    const total = findings.reduce((sum, one) => sum + one.rows, 0);
    const found = `${total} rows`;
    if (total === 0) return { ...check, state: 'PASSED', found, reason: null };
    return { ...check, found, ...judgeFindings(view, findings, await countLive(live, view)) };
  } catch (error) {
    if (!isServerError(error)) throw error;
    return { ...check, state: 'FAILED', found: null, reason: `the view can't be read: ${error.message}` };
  }
}

/** Pure. */
function judgeFindings(
  view: QualityView,
  findings: readonly Finding[],
  live: readonly Finding[] | null,
): Pick<DrillCheck, 'state' | 'reason'> {
  const text = (some: readonly Finding[]) =>
    some
      .slice(0, SHOWN)
      .map(({ what, rows }) => `${rows} × ${what}`)
      .join('; ');
  if (live === null)
    return {
      state: 'UNKNOWN',
      reason: `whether the live database has them too is not known: ${text(findings)}`,
    };
  const only = findings.filter(({ what, rows }) => rows > (live.find((one) => one.what === what)?.rows ?? 0));
  if (only.length === 0)
    return { state: 'PASSED', reason: `the live database has as many: ${text(findings)}` };
  // A value may have been corrected since; a row without its parent can't have come through a foreign key.
  const state = view === 'orphaned_records' ? 'FAILED' : 'UNKNOWN';
  return { state, reason: `the live database does not have them, or no more: ${text(only)}` };
}

async function countLive(live: Live, view: QualityView): Promise<readonly Finding[] | null> {
  if (live === null) return null;
  try {
    return await countFindings(live, view);
  } catch (error) {
    if (!isServerError(error) && !(error instanceof SundayError)) throw error;
    return null;
  }
}
