import { SundayError } from '../../errors.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { StepContext } from '../../operations/define.ts';
import { isServerError } from '../../postgres/errors.ts';
import { withBackupDatabase } from '../pgbackrest/backup-role.ts';
import { stanzaOf } from '../catalogue.ts';
import { countEarly, type EarlyCounts, type Manifest, takeManifest } from './manifest.ts';

export interface Noted {
  readonly manifest: Manifest | null;
  /** Why there is no manifest; null when there is one. */
  readonly problem: string | null;
}

/** The rows of the product's database, noted beside a backup that runs. */
export interface RowNotes {
  /** The backup is about to stop: what it takes to note is got ready, so that the note follows the stop closely. */
  prepare(): void;
  /** The backup has stopped: recovery can reach this moment, so the restore point may be made. */
  begin(): void;
  /** The note, made now if it was not begun. */
  finish(): Promise<Noted>;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

interface Place {
  readonly fleet: Fleet;
  readonly cluster: string;
}

/** Begins to count; the rest follows the backup. */
export async function startNotes({ fleet, cluster }: Place, context: StepContext): Promise<RowNotes> {
  const startedAt = performance.now();
  const counting = new AbortController();
  const early = countEarly(await fleet.primary(cluster), AbortSignal.any([counting.signal, context.signal]));
  const stopped = Promise.withResolvers<CountedEarly>();
  stopped.promise.catch(() => {}); // a backup that fails early leaves nobody who waits for its stop
  let noted: Promise<Noted> | null = null;
  const prepare = () => {
    noted ??= noteRows({ fleet, cluster }, stopped.promise, context);
    noted.catch(() => {}); // `finish` hands it on
    return noted;
  };
  const begin = () => {
    counting.abort();
    const copyMs = performance.now() - startedAt;
    stopped.resolve(early.then((counts) => ({ early: counts, copyMs })));
  };
  return {
    prepare: () => void prepare(),
    begin,
    finish() {
      begin();
      return prepare();
    },
    async close() {
      counting.abort();
      stopped.reject(new Error('the backup ended without a stop'));
      await Promise.allSettled([early, noted]);
    },
  };
}

export interface CountedEarly {
  /** Null when nothing was counted: all is counted now. */
  readonly early: EarlyCounts | null;
  /** How long the files took. */
  readonly copyMs: number;
}

/** Counting again may take this share of the copy, and at least and at most so long. */
const COUNT_SHARE = 0.03;
const COUNT_LEAST_MS = 300;
const COUNT_MOST_MS = 30_000;

/**
 * Notes the rows once `counted` is there, and makes the connection for it before.
 * A backup without a manifest is still a backup: what goes wrong here is said, and fails nothing.
 */
export async function noteRows(
  { fleet, cluster }: Place,
  counted: Promise<CountedEarly>,
  context: StepContext,
): Promise<Noted> {
  try {
    const primary = await fleet.primary(cluster);
    const manifest = await withBackupDatabase(stanzaOf(fleet, cluster), async (backupDb) => {
      const { early, copyMs } = await counted;
      return takeManifest({
        db: primary,
        backupDb,
        database: fleet.get(cluster).database,
        // Recovery stops at the first point of a name: it must never come twice.
        restorePointName: `sunday_${context.operationId.slice(-12)}_${context.token}_${Date.now().toString(36)}`,
        early,
        budgetMs: Math.min(Math.max(copyMs * COUNT_SHARE, COUNT_LEAST_MS), COUNT_MOST_MS),
        signal: context.signal,
      });
    });
    return { manifest, problem: null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof SundayError) && !isServerError(error)) throw error;
    return {
      manifest: null,
      problem: `the rows were not noted, so a restore can't be proven: ${error.message}`,
    };
  }
}
