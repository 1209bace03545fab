import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MigrationDirectory extends Disposable {
  readonly path: string;
  write(fileName: string, content: string | Buffer): void;
  remove(fileName: string): void;
}

/**
 * A directory of migration files that goes away with the test. A migration that comes without a way back gets a
 * down script that does nothing, since it would be refused; `createBareDirectory` leaves that out.
 */
export function createDirectory(files: Readonly<Record<string, string | Buffer>>): MigrationDirectory {
  const directory = createBareDirectory(files);
  const write = (fileName: string, content: string | Buffer) => {
    directory.write(fileName, content);
    const down = fileName.replace(/(\.down)?\.sql$/, '.down.sql');
    const hasWayBack = existsSync(join(directory.path, down)) || content.includes('irreversible:');
    if (fileName.endsWith('.sql') && !hasWayBack) directory.write(down, 'SELECT 1;');
  };
  for (const [fileName, content] of Object.entries(files)) write(fileName, content);
  const remove = (fileName: string) => {
    directory.remove(fileName);
    const down = fileName.replace(/\.sql$/, '.down.sql');
    if (existsSync(join(directory.path, down))) directory.remove(down);
  };
  return { ...directory, write, remove, [Symbol.dispose]: () => directory[Symbol.dispose]() };
}

/** As `createDirectory`, with these files and no others. */
export function createBareDirectory(files: Readonly<Record<string, string | Buffer>>): MigrationDirectory {
  const path = mkdtempSync(join(tmpdir(), 'sunday-migrations-'));
  const write = (fileName: string, content: string | Buffer) => writeFileSync(join(path, fileName), content);
  for (const [fileName, content] of Object.entries(files)) write(fileName, content);
  return {
    path,
    write,
    remove: (fileName) => rmSync(join(path, fileName)),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
