import { raw, type Statement, sql } from './sql.ts';

/** Text of a statement for people, at most `length` characters, strings left out: they may be anybody's data. */
export function maskedText(column: Statement, length: number): Statement {
  return sql`coalesce(left(regexp_replace(${column}, '''([^'']|'''')*''', '''…''', 'g'), ${raw(String(length))}), '')`;
}
