import {
  type Catalog,
  type CatalogDifference,
  type CatalogObject,
  compareCatalogs,
} from '../../catalog/catalog.ts';
import { CancelledError, SundayError } from '../../errors.ts';
import { isUnavailable } from '../../postgres/errors.ts';
import type { MigrationFile } from '../files/files.ts';
import type { MeasuredWork } from './measure.ts';
import {
  type Check,
  type CheckedMigration,
  type MigrationVerdict,
  startCheck,
  toChecked,
} from './validate-check.ts';

/** What running a script took. */
export interface Tried {
  /** Of the server. */
  readonly durationMs: number;
  /** Null when nobody measured it. */
  readonly work: MeasuredWork | null;
}

/** The scripts of one database, and how it looks. */
export interface Trial {
  apply(file: MigrationFile): Promise<Tried>;
  rollBack(file: MigrationFile): Promise<Tried>;
  read(): Promise<Catalog>;
  /** Throws what is to end the trial. */
  checkpoint(doing: string): void;
}

/**
 * Up, down and up again, comparing at each level. Migrations that cannot be taken back divide the way into stretches:
 * what is between two of them goes down and up as a whole, newest first, as a rollback would.
 */
export async function checkChain(
  trial: Trial,
  files: readonly MigrationFile[],
): Promise<readonly CheckedMigration[]> {
  const checked = files.map(startCheck);
  let from = 0;
  while (from < files.length) {
    let to = from;
    while (to < files.length && isReversible(files[to])) to += 1;
    const isStretch = to > from;
    const end = isStretch ? to : from + 1;
    const stretch = checked.slice(from, end);
    const mayGoOn = isStretch ? await checkStretch(trial, stretch) : await applyOnce(trial, stretch);
    if (!mayGoOn) break;
    from = end;
  }
  return checked.map(toChecked);
}

function isReversible(file: MigrationFile | undefined): boolean {
  return file !== undefined && file.down !== null && file.header.irreversible === null;
}

/** Gives false when nothing can follow. */
async function applyOnce(trial: Trial, stretch: readonly Check[]): Promise<boolean> {
  if (!(await goUp(trial, stretch))) return false;
  for (const one of stretch) {
    one.verdict = 'IRREVERSIBLE';
    one.problem = one.file.header.irreversible;
  }
  return true;
}

async function checkStretch(trial: Trial, stretch: readonly Check[]): Promise<boolean> {
  const isUp = await goUp(trial, stretch);
  const reached = stretch.filter((one) => one.after !== null);
  const down = await goDown(trial, reached);
  if (down.length < reached.length) {
    // What failed may stand in the middle, and nothing can be built on that.
    for (const one of down) one.problem ??= 'a down script below it failed, so it was not applied again';
    return false;
  }
  const isUpAgain = await goUpAgain(trial, down);
  for (const one of down)
    if (one.verdict === 'NOT_REACHED' && one.secondUpMs !== null) one.verdict = 'REVERSIBLE';
  return isUp && isUpAgain;
}

async function goUp(trial: Trial, stretch: readonly Check[]): Promise<boolean> {
  let before = await trial.read();
  for (const one of stretch) {
    trial.checkpoint(`up ${titleOf(one)}`);
    one.before = before;
    const result = await attempt(() => trial.apply(one.file));
    if ('problem' in result) {
      one.verdict = 'UP_FAILED';
      one.problem = result.problem;
      return false;
    }
    one.upMs = result.durationMs;
    one.work = result.work;
    one.after = share(await trial.read(), before);
    before = one.after;
  }
  return true;
}

/** Newest first. Gives those that were taken back, lowest first; what one above left is not held against those below. */
async function goDown(trial: Trial, stretch: readonly Check[]): Promise<readonly Check[]> {
  const down: Check[] = [];
  let known: ReadonlySet<string> = new Set();
  for (const one of stretch.toReversed()) {
    trial.checkpoint(`down ${titleOf(one)}`);
    const result = await attempt(() => trial.rollBack(one.file));
    if ('problem' in result) {
      one.verdict = 'DOWN_FAILED';
      one.problem = result.problem;
      break;
    }
    one.downMs = result.durationMs;
    down.unshift(one);
    const found = materialOf(one.before, await trial.read());
    one.differences = found.filter((difference) => !known.has(keyOf(difference)));
    known = new Set(found.map(keyOf));
    if (one.differences.length === 0) continue;
    one.verdict = 'NOT_RESTORED';
    one.problem = `its down script does not restore the catalog: ${describe(one.differences)}`;
  }
  return down;
}

async function goUpAgain(trial: Trial, stretch: readonly Check[]): Promise<boolean> {
  const lowest = stretch[0];
  if (lowest === undefined) return true;
  let known = new Set(materialOf(lowest.before, await trial.read()).map(keyOf));
  for (const one of stretch) {
    trial.checkpoint(`up again ${titleOf(one)}`);
    const result = await attempt(() => trial.apply(one.file));
    if ('problem' in result) {
      refuse(one, 'NOT_REPEATABLE', `it cannot be applied again: ${result.problem}`);
      return false;
    }
    one.secondUpMs = result.durationMs;
    const found = materialOf(one.after, await trial.read());
    const own = found.filter((difference) => !known.has(keyOf(difference)));
    known = new Set(found.map(keyOf));
    if (own.length === 0 || one.verdict !== 'NOT_REACHED') continue;
    one.differences = own;
    refuse(one, 'NOT_REPEATABLE', `applied again it leads elsewhere: ${describe(own)}`);
  }
  return true;
}

/** The first fault is the one to mend; the others may come from it. */
function refuse(one: Check, verdict: MigrationVerdict, problem: string): void {
  if (one.verdict !== 'NOT_REACHED') return;
  one.verdict = verdict;
  one.problem = problem;
}

/** A script's own failure is a finding; a server that is gone or a cancel is not. */
async function attempt(work: () => Promise<Tried>): Promise<Tried | { readonly problem: string }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SundayError) || error instanceof CancelledError || isUnavailable(error))
      throw error;
    return { problem: error.message };
  }
}

/** Levels differ in few objects: one copy of the others is enough. */
function share(catalog: Catalog, previous: Catalog): Catalog {
  const known = new Map(previous.objects.map((one) => [`${one.kind} ${one.name}`, one]));
  const reuse = (one: CatalogObject): CatalogObject => {
    const twin = known.get(`${one.kind} ${one.name}`);
    return twin?.definition === one.definition && twin.remark === one.remark ? twin : one;
  };
  return { objects: catalog.objects.map(reuse) };
}

function materialOf(expected: Catalog | null, found: Catalog): readonly CatalogDifference[] {
  return compareCatalogs(expected ?? { objects: [] }, found).filter((one) => one.isMaterial);
}

function keyOf({ kind, object, change, found }: CatalogDifference): string {
  return JSON.stringify([kind, object, change, found]);
}

function describe(differences: readonly CatalogDifference[]): string {
  const [first] = differences;
  const more = differences.length > 1 ? ` and ${differences.length - 1} more` : '';
  return `${first?.change} ${first?.kind} ${first?.object}${more}`;
}

function titleOf({ file }: Check): string {
  return `${file.version}_${file.name}`;
}
