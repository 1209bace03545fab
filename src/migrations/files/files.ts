import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { loadSqlParser, type SqlStatement } from '../../postgres/parse.ts';
import { findDependencyProblems } from './dependencies.ts';
import { MigrationInvalidError } from '../errors.ts';
import { type MigrationHeader, parseHeader } from './header.ts';
import { readStatements } from './script.ts';

/** One SQL file. */
export interface MigrationScript {
  readonly fileName: string;
  /** The file with CRLF turned into LF. */
  readonly text: string;
  readonly header: MigrationHeader;
  /**
   * Parsed when first asked for: to tell how a database stands takes no more than the checksum.
   *
   * @throws {MigrationInvalidError} when it cannot be run; `checkScripts` finds that for many at once.
   */
  readonly statements: readonly SqlStatement[];
}

/** One numbered migration as it stands in the directory. */
export interface MigrationFile extends MigrationScript {
  /** As written in the file's name, e.g. `001`. */
  readonly version: string;
  readonly name: string;
  /**
   * SHA-256 of `text` in hexadecimal. Line endings are left out of it on purpose: a checkout that rewrites them
   * is no drift. Everything else counts, comments too. The down script is not part of it: it may be corrected later.
   */
  readonly checksum: string;
  /** Null when there is none. */
  readonly down: MigrationScript | null;
}

/** Up to 14 digits, so that a time stamp is a version too and still a safe integer. */
const FILE_NAME = /^(?<version>\d{3,14})_(?<name>[a-z][a-z0-9_]{0,99}?)(?<down>\.down)?\.sql$/;
/**
 * PostgreSQL's grammar reads 1 MiB of the smallest statements in about half a second, in which nothing else in this
 * process runs, and takes 250 MB for it; 20 MiB take 10 seconds and 2 GB.
 */
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_FILES = 20_000;
/** The clock of a file system may be that coarse. */
const YOUNG_MS = 100;
/** Behind so many files others get their turn; about a millisecond. */
const READ_AT_ONCE = 64;
/** What a reader keeps between two calls, in characters; beyond it everything is read again. */
const MAX_KEPT_LENGTH = 64 * 1024 * 1024;

/**
 * All migrations of a directory, lowest version first. Files that do not end in `.sql` are not looked at. The SQL
 * itself is not parsed yet.
 *
 * @throws {MigrationInvalidError} with every problem of every name, header and encoding.
 */
export async function readMigrationFiles(directory: string): Promise<readonly MigrationFile[]> {
  return readAll(directory, null);
}

/** Reads the migrations of a directory, as `readMigrationFiles` does. */
export type MigrationReader = () => Promise<readonly MigrationFile[]>;

/**
 * For those who read again and again, as the steps of an operation do: a file is read once more only when its inode,
 * size or time has changed since. The parsed SQL, which is large, is not kept.
 */
export function createMigrationReader(directory: string): MigrationReader {
  const kept = new Map<string, KeptScript>();
  return () => readAll(directory, kept);
}

interface KeptScript {
  /** Of the file when it was read; another one, and it is read again. */
  readonly mark: string;
  readonly read: NumberedScript | readonly string[];
}

/** `kept`: what was read before, and keeps what is read now; null: nobody comes again. */
async function readAll(
  directory: string,
  kept: Map<string, KeptScript> | null,
): Promise<readonly MigrationFile[]> {
  const names = (await listDirectory(directory)).filter((name) => name.endsWith('.sql')).sort();
  if (names.length > MAX_FILES)
    throw new MigrationInvalidError([`${directory}: more than ${MAX_FILES} files`]);
  await loadSqlParser();
  const readOne = kept === null ? (name: string) => readScript(directory, name) : keepingIn(kept, directory);
  const read: (NumberedScript | readonly string[])[] = [];
  for (const [index, name] of names.entries()) {
    if (index % READ_AT_ONCE === READ_AT_ONCE - 1) await yieldToOthers();
    read.push(readOne(name));
  }
  const scripts = read.filter((one) => 'script' in one);
  const problems = [
    ...read.flatMap((one) => ('script' in one ? [] : one)),
    ...findConflicts(scripts, new Set(names)),
  ];
  const files = toMigrationFiles(scripts);
  // With a file that could not be read, what depends on it is not at fault.
  if (problems.length === 0) problems.push(...findDependencyProblems(files));
  if (problems.length > 0) throw new MigrationInvalidError(problems);
  return files;
}

/** Reads what has changed, and keeps what there is now: what is gone from the directory is forgotten. */
function keepingIn(kept: Map<string, KeptScript>, directory: string) {
  const before = new Map(kept);
  let keptLength = 0;
  kept.clear();
  return (name: string): KeptScript['read'] => {
    const one = readOrKeep(directory, name, before.get(name));
    keptLength += 'script' in one.read ? one.read.script.text.length : 0;
    if (one.mark !== '' && keptLength <= MAX_KEPT_LENGTH) kept.set(name, one);
    return renew(one.read);
  };
}

interface NumberedScript {
  readonly version: string;
  readonly name: string;
  readonly isDown: boolean;
  /** Empty for a way down, where nobody asks. */
  readonly checksum: string;
  readonly script: MigrationScript;
}

async function listDirectory(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    throw new MigrationInvalidError([`${directory}: cannot be read (${messageOf(error)})`]);
  }
}

/** From the file system's cache a small file takes less time than the way to another thread and back. */
function readOrKeep(directory: string, fileName: string, kept: KeptScript | undefined): KeptScript {
  const mark = markOf(join(directory, fileName));
  if (mark !== '' && mark === kept?.mark) return kept;
  return { mark, read: readScript(directory, fileName) };
}

/** As it was read: what is parsed of it stays with whoever asked for that. */
function renew(read: KeptScript['read']): KeptScript['read'] {
  if (!('script' in read)) return read;
  const { fileName, text, header } = read.script;
  return { ...read, script: createScript(fileName, text, header) };
}

/** Empty for a file that cannot be looked at, and for one that is so new that a change may not show in its time. */
function markOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return Date.now() - ctimeMs < YOUNG_MS ? '' : `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return '';
  }
}

/** The script, or what is wrong with it. */
function readScript(directory: string, fileName: string): NumberedScript | readonly string[] {
  const { version, name, down } = FILE_NAME.exec(fileName)?.groups ?? {};
  if (version === undefined || name === undefined)
    return [
      `${fileName}: the name must be NNN_name.sql or NNN_name.down.sql, in lower case, with three digits or more`,
    ];
  const text = readText(join(directory, fileName));
  if (typeof text !== 'string') return [`${fileName}: ${text.problem}`];
  const { header, problems } = parseHeader(text);
  if (problems.length > 0) return problems.map((problem) => `${fileName}: ${problem}`);
  const isDown = down !== undefined;
  if (isDown && (header.depends.length > 0 || header.irreversible !== null))
    return [`${fileName}: depends and irreversible belong into the file without .down`];
  const checksum = isDown ? '' : hash('sha256', text, 'hex');
  return { version, name, isDown, checksum, script: createScript(fileName, text, header) };
}

/** What it holds, with CRLF turned into LF. As text at once, which takes half as long as by way of its bytes. */
function readText(path: string): string | { readonly problem: string } {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MAX_FILE_BYTES || Buffer.byteLength(text) > MAX_FILE_BYTES)
      return {
        problem: `is larger than ${MAX_FILE_BYTES} bytes; load data with COPY, outside of migrations`,
      };
    if (text.includes('\0')) return { problem: 'holds a NUL' };
    if (text.startsWith('\uFEFF')) return { problem: 'begins with a byte order mark' };
    // What stands for a wrong byte may also have been written so.
    if (text.includes('\uFFFD') && !isUtf8(readFileSync(path))) return { problem: 'is not UTF-8' };
    return text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
  } catch (error) {
    return { problem: `cannot be read (${messageOf(error)})` };
  }
}

function createScript(fileName: string, text: string, header: MigrationHeader): MigrationScript {
  let parsed: readonly SqlStatement[] | null = null;
  return {
    fileName,
    text,
    header,
    get statements() {
      return (parsed ??= readStatements({ fileName, text, header }));
    },
  };
}

/** Of `names`, all files: a script that could not be read is there all the same. */
function findConflicts(scripts: readonly NumberedScript[], names: ReadonlySet<string>): string[] {
  const byNumber = new Map<string, NumberedScript>();
  return scripts.flatMap((one) => {
    const key = `${Number(one.version)} ${one.isDown}`;
    const twin = byNumber.get(key);
    byNumber.set(key, one);
    const { fileName } = one.script;
    if (twin) return [`${fileName}: ${twin.script.fileName} has the same number`];
    return one.isDown && !names.has(`${stemOf(one)}.sql`)
      ? [`${fileName}: there is no ${stemOf(one)}.sql`]
      : [];
  });
}

function toMigrationFiles(scripts: readonly NumberedScript[]): readonly MigrationFile[] {
  const downs = new Map(scripts.filter((one) => one.isDown).map((one) => [stemOf(one), one.script]));
  return scripts
    .filter((one) => !one.isDown)
    .map(({ version, name, checksum, script }) => ({
      version,
      name,
      fileName: script.fileName,
      text: script.text,
      header: script.header,
      checksum,
      down: downs.get(`${version}_${name}`) ?? null,
      get statements() {
        return script.statements;
      },
    }))
    .sort((a, b) => Number(a.version) - Number(b.version));
}

function stemOf({ version, name }: Pick<NumberedScript, 'version' | 'name'>): string {
  return `${version}_${name}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
