import { SundayError } from '../../errors.ts';
import { z } from 'zod';
import { collectOutput } from '../pgbackrest/pgbackrest.ts';
import type { Choice } from './find.ts';
import type { RestoreGoal } from './steps.ts';

/** The backup has no database of that name. */
export class BackupDatabaseNotFoundError extends SundayError {
  readonly code = 'BACKUP_DATABASE_NOT_FOUND';
  override readonly argument = ['input', 'databases'];
  override readonly hint: string;
  constructor(label: string, database: string, known: readonly string[]) {
    super(`backup ${label} has no database ${database}`);
    this.hint = `It has: ${known.slice(0, 20).join(', ')}.`;
  }
}

/** Some databases of a backup. */
export interface DatabaseSelection {
  readonly wanted: readonly string[];
  /** Those whose files become zeros: they take no space, and nobody can connect to them. */
  readonly others: readonly string[];
}

/** PostgreSQL needs them, so pgBackRest restores them always. */
const ALWAYS: readonly string[] = ['postgres', 'template0', 'template1'];
const INFO_TIMEOUT_MS = 30_000;

const details = z
  .array(
    z.object({
      backup: z.array(z.object({ 'database-ref': z.array(z.object({ name: z.string() })).nullish() })),
    }),
  )
  .min(1);

/** Null when all are wanted. @throws {BackupDatabaseNotFoundError} and the typed failures of a repository. */
export async function selectDatabases(
  { stanza, set }: Pick<Choice, 'stanza' | 'set'>,
  wanted: readonly string[] | null,
): Promise<DatabaseSelection | null> {
  if (wanted === null) return null;
  const words = [`--repo=${set.repositoryKey}`, `--set=${set.label}`, '--output=json'];
  const text = await collectOutput(stanza, 'info', words, { timeoutMs: INFO_TIMEOUT_MS });
  const [one] = details.parse(JSON.parse(text));
  const known = one?.backup.flatMap((backup) => backup['database-ref'] ?? []).map(({ name }) => name) ?? [];
  const unknown = wanted.find((name) => !known.includes(name) && !ALWAYS.includes(name));
  if (unknown !== undefined) throw new BackupDatabaseNotFoundError(set.label, unknown, known);
  return { wanted, others: known.filter((name) => !wanted.includes(name) && !ALWAYS.includes(name)) };
}

/** Pure. Rows of a database that is not restored are not compared, and nobody logs in to it. */
export function limitGoal(goal: RestoreGoal, selection: DatabaseSelection | null): RestoreGoal {
  if (selection === null) return goal;
  const { wanted } = selection;
  const isThere = wanted.includes(goal.login.database) || ALWAYS.includes(goal.login.database);
  const note = [...(goal.note === null ? [] : [goal.note]), ...describeSelection(selection)].join('; ');
  return {
    ...goal,
    databases: wanted.filter((name) => !ALWAYS.includes(name)),
    manifest: isThere ? goal.manifest : null,
    login: isThere ? goal.login : { ...goal.login, database: 'postgres' },
    note: note === '' ? null : note,
  };
}

/** For people. */
export function describeSelection(selection: DatabaseSelection | null): readonly string[] {
  if (selection === null || selection.others.length === 0) return [];
  const names = selection.others.join(', ');
  return [
    `${names} ${selection.others.length === 1 ? 'is' : 'are'} not restored: files of zeros stand in; drop them (DROP DATABASE) once the restored server takes writes`,
  ];
}
