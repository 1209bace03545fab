import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface MigrationDirectory extends Disposable {
  readonly path: string;
  write(fileName: string, content: string | Buffer): void;
  remove(fileName: string): void;
}

/** A directory of migration files that goes away with the test. */
export function createDirectory(files: Readonly<Record<string, string | Buffer>>): MigrationDirectory {
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
