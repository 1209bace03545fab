import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ArchiveUnavailableError } from '../errors.ts';
import type { ArchiveStore } from './place.ts';

/** Archives in a directory of this host: readable by us alone, synced before they count. */
export function createDirectoryStore(directory: string): ArchiveStore {
  const fail = (error: unknown): never => {
    throw error instanceof Error && 'code' in error ? new ArchiveUnavailableError(directory, error) : error;
  };
  return {
    location: directory,
    async write(key, source, signal) {
      const file = join(directory, key);
      const partial = `${file}.partial`;
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await pipeline(source, createWriteStream(partial, { mode: 0o600 }), { signal });
        await sync(partial);
        await rename(partial, file);
        await sync(dirname(file));
      } catch (error) {
        source.destroy();
        await rm(partial, { force: true }).catch(() => {});
        fail(error);
      }
    },
    async read(key, signal) {
      const file = join(directory, key);
      await stat(file).catch(fail);
      return createReadStream(file, { signal });
    },
    remove: (key) => rm(join(directory, key), { force: true }).catch(fail),
  };
}

/** A rename is durable when the directory is. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
