import { parseLoadedSql, type SqlStatement, SqlSyntaxError } from '../../postgres/parse.ts';
import { MigrationInvalidError } from '../errors.ts';
import type { MigrationFile, MigrationScript } from './files.ts';
import { refusalOf } from './statement-rules.ts';

const SHOWN_LINE_LENGTH = 120;

/**
 * Parses a script and checks each statement against the rules of its header.
 *
 * @throws {MigrationInvalidError} with all that is wrong in it.
 */
export function readStatements(
  script: Pick<MigrationScript, 'fileName' | 'text' | 'header'>,
): readonly SqlStatement[] {
  const statements = parse(script);
  const problems = statements.flatMap((statement) => {
    const refusal = refusalOf(statement, script.header);
    return refusal === null ? [] : [`line ${statement.line}: ${refusal}`];
  });
  if (statements.length === 0) problems.push('holds no statement');
  if (problems.length > 0)
    throw new MigrationInvalidError(problems.map((problem) => `${script.fileName}: ${problem}`));
  return statements;
}

/**
 * Makes sure that migrations can be run as far as their files tell: the SQL is read, up and down, and there is a way
 * back or a reason why not.
 *
 * @throws {MigrationInvalidError} with every problem of all of them.
 */
export function checkScripts(files: readonly MigrationFile[]): void {
  const problems = files.flatMap((file) => [
    ...problemsOf(file),
    ...(file.down ? problemsOf(file.down) : []),
    ...problemsOfWayBack(file),
  ]);
  if (problems.length > 0) throw new MigrationInvalidError(problems);
}

/**
 * As `checkScripts`, for right before they are applied: of the ways back only that there is one. Whether that can be
 * read is for the plan to say, before anybody agrees to it.
 *
 * @throws {MigrationInvalidError}
 */
export function checkWaysThere(files: readonly MigrationFile[]): void {
  const problems = files.flatMap((file) => [...problemsOf(file), ...problemsOfWayBack(file)]);
  if (problems.length > 0) throw new MigrationInvalidError(problems);
}

/**
 * As `checkScripts`, for the down scripts of a rollback.
 *
 * @throws {MigrationInvalidError}
 */
export function checkWaysBack(scripts: readonly MigrationScript[]): void {
  const problems = scripts.flatMap(problemsOf);
  if (problems.length > 0) throw new MigrationInvalidError(problems);
}

/** The line of a script for a position in one of its statements, which the server counts in characters from 1. */
export function lineOfPosition({ text, line }: SqlStatement, position: number): number {
  const before = [...text].slice(0, Math.max(0, position - 1)).join('');
  return line + before.split('\n').length - 1;
}

function parse({ fileName, text }: Pick<MigrationScript, 'fileName' | 'text'>): readonly SqlStatement[] {
  try {
    return parseLoadedSql(text);
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
    const shown = (text.split('\n')[error.line - 1] ?? '').trim().slice(0, SHOWN_LINE_LENGTH);
    throw new MigrationInvalidError([`${fileName}: ${error.message}: ${shown}`]);
  }
}

function problemsOf(script: MigrationScript): readonly string[] {
  try {
    return script.statements.length > 0 ? [] : [`${script.fileName}: holds no statement`];
  } catch (error) {
    if (error instanceof MigrationInvalidError) return error.problems;
    throw error;
  }
}

function problemsOfWayBack({ fileName, down, header: { irreversible } }: MigrationFile): readonly string[] {
  if (down && irreversible !== null) return [`${fileName}: is called irreversible, and has a down script`];
  return down || irreversible !== null
    ? []
    : [`${fileName}: needs a down script, or the header "-- irreversible: <reason>"`];
}
