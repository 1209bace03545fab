import { DatabaseUnavailableError } from '../../postgres/errors.ts';
import type { Queryable } from '../../postgres/pool.ts';
import { sql } from '../../postgres/sql.ts';

/** Why a log cannot be understood, and the statement that changes it. */
export interface LogProblem {
  readonly reason: string;
  readonly statement: string;
}

interface LogSettings {
  readonly hasCollector: boolean;
  readonly destination: string;
  readonly language: string;
}

/** Null: it can be read as it is, or the server is away: what it said last is worth most then. */
export async function findLogProblem(db: Queryable): Promise<LogProblem | null> {
  try {
    const [settings] = await db.rows<LogSettings>(sql`/* maintenance.readLogSettings */
      SELECT current_setting('logging_collector')::boolean AS "hasCollector"
        , current_setting('log_destination') AS destination, current_setting('lc_messages') AS language
    `);
    return settings === undefined ? null : judgeLogSettings(settings);
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) return null;
    throw error;
  }
}

/** Pure. A review that reads the wrong file, or does not know the words, would find nothing for ever. */
export function judgeLogSettings({ hasCollector, destination, language }: LogSettings): LogProblem | null {
  if (hasCollector)
    return {
      reason: 'its logging collector writes to files of its own, and not to `logFile` of sunday.yaml',
      statement: 'ALTER SYSTEM SET logging_collector = off;',
    };
  if (!/\bstderr\b/.test(destination))
    return {
      reason: `it logs to ${destination}, and not to \`logFile\` of sunday.yaml`,
      statement: `ALTER SYSTEM SET log_destination = 'stderr';`,
    };
  if (!/^(?:C|POSIX|en_\w+|)(?:[.@].*)?$/i.test(language))
    return {
      reason: `it logs in the language of ${language}, whose words for ERROR and FATAL are not known here`,
      statement: `ALTER SYSTEM SET lc_messages = 'C';`,
    };
  return null;
}
