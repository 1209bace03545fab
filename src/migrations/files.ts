import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationInvalidError } from './errors.ts';
import { controlsTransaction, listStatements, type StatementStart } from './statements.ts';

/** One numbered migration as it stands in the directory. */
export interface MigrationFile {
  /** As written in the file's name, e.g. `001`. */
  readonly version: string;
  readonly name: string;
  /** What is executed: the file with CRLF turned into LF. */
  readonly text: string;
  /**
   * SHA-256 of `text` in hexadecimal. Line endings are left out of it on purpose: a checkout that rewrites them
   * is no drift. Everything else counts, comments too. The down script is not part of it: it may be corrected later.
   */
  readonly checksum: string;
  readonly statements: readonly StatementStart[];
  /** Null when there is none. */
  readonly downText: string | null;
}

/** Up to 14 digits, so that a time stamp is a version too and still a safe integer. */
const FILE_NAME = /^(?<version>\d{3,14})_(?<name>[a-z][a-z0-9_]{0,99}?)(?<down>\.down)?\.sql$/;
const MAX_FILE_BYTES = 32 * 1024 * 1024;
const MAX_FILES = 20_000;

/**
 * All migrations of a directory, lowest version first. Files that do not end in `.sql` are not looked at.
 *
 * @throws {MigrationInvalidError} with every problem of every file.
 */
export async function readMigrationFiles(directory: string): Promise<readonly MigrationFile[]> {
  const names = (await listDirectory(directory)).filter((name) => name.endsWith('.sql')).sort();
  if (names.length > MAX_FILES)
    throw new MigrationInvalidError([`${directory}: more than ${MAX_FILES} files`]);
  const problems: string[] = [];
  const scripts: Script[] = [];
  for (const fileName of names) {
    const script = await readScript(directory, fileName);
    if (typeof script === 'string') problems.push(`${fileName}: ${script}`);
    else scripts.push(script);
  }
  problems.push(...findConflicts(scripts));
  if (problems.length > 0) throw new MigrationInvalidError(problems);
  const downs = new Map(scripts.filter((one) => one.isDown).map((one) => [stemOf(one), one]));
  return scripts
    .filter((one) => !one.isDown)
    .map((up) => toMigrationFile(up, downs))
    .sort((a, b) => Number(a.version) - Number(b.version));
}

interface Script {
  readonly fileName: string;
  readonly version: string;
  readonly name: string;
  readonly isDown: boolean;
  readonly text: string;
  readonly statements: readonly StatementStart[];
}

async function listDirectory(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    throw new MigrationInvalidError([`${directory}: cannot be read (${messageOf(error)})`]);
  }
}

/** The script, or what is wrong with it. */
async function readScript(directory: string, fileName: string): Promise<Script | string> {
  const { version, name, down } = FILE_NAME.exec(fileName)?.groups ?? {};
  if (version === undefined || name === undefined)
    return 'the name must be NNN_name.sql or NNN_name.down.sql, in lower case, with three digits or more';
  const bytes = await readFile(join(directory, fileName)).catch(messageOf);
  if (typeof bytes === 'string') return `cannot be read (${bytes})`;
  const text = decode(bytes);
  if (typeof text !== 'string') return text.problem;
  const statements = listStatements(text);
  if (statements.length === 0) return 'holds no statement';
  const control = statements.find(controlsTransaction);
  if (control)
    return `line ${control.line}: ${control.words[0]} is not allowed, the runner opens and ends the transaction`;
  return { fileName, version, name, isDown: down !== undefined, text, statements };
}

function decode(bytes: Buffer): string | { readonly problem: string } {
  if (bytes.length > MAX_FILE_BYTES) return { problem: `is larger than ${MAX_FILE_BYTES} bytes` };
  if (bytes.includes(0)) return { problem: 'holds a NUL' };
  if (bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])))
    return { problem: 'begins with a byte order mark' };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
  } catch {
    return { problem: 'is not UTF-8' };
  }
}

function findConflicts(scripts: readonly Script[]): string[] {
  const byNumber = new Map<string, Script>();
  const ups = new Set(scripts.filter((one) => !one.isDown).map(stemOf));
  return scripts.flatMap((one) => {
    const key = `${Number(one.version)} ${one.isDown}`;
    const twin = byNumber.get(key);
    byNumber.set(key, one);
    if (twin) return [`${one.fileName}: ${twin.fileName} has the same number`];
    return one.isDown && !ups.has(stemOf(one)) ? [`${one.fileName}: there is no ${stemOf(one)}.sql`] : [];
  });
}

function toMigrationFile(up: Script, downs: ReadonlyMap<string, Script>): MigrationFile {
  return {
    version: up.version,
    name: up.name,
    text: up.text,
    checksum: createHash('sha256').update(up.text).digest('hex'),
    statements: up.statements,
    downText: downs.get(stemOf(up))?.text ?? null,
  };
}

function stemOf({ version, name }: Pick<Script, 'version' | 'name'>): string {
  return `${version}_${name}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
