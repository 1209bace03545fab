import { writeName } from '../../postgres/names.ts';

export type VisitKind = 'VACUUM' | 'ANALYZE' | 'REINDEX' | 'DROP_LEFTOVER';

/** One table or index that a task goes to. Plain data: a checkpoint keeps it. */
export interface Visit {
  readonly kind: VisitKind;
  readonly schema: string;
  readonly name: string;
  /** Of VACUUM only. */
  readonly options: readonly ('FREEZE' | 'ANALYZE')[];
  /** Why it is due, for people. */
  readonly because: string;
}

/** The statement, as people read it and as it is sent. */
export function statementOf({ kind, schema, name, options }: Visit): string {
  const subject = `${writeName(schema, name)}`;
  if (kind === 'VACUUM') return `VACUUM ${options.length > 0 ? `(${options.join(', ')}) ` : ''}${subject}`;
  if (kind === 'ANALYZE') return `ANALYZE ${subject}`;
  return kind === 'REINDEX' ? `REINDEX INDEX CONCURRENTLY ${subject}` : `DROP INDEX CONCURRENTLY ${subject}`;
}
