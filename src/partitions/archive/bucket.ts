import { Readable } from 'node:stream';
import type { ObjectStore } from '../../objects/object-store.ts';
import {
  ObjectNotFoundError,
  ObjectStoreRefusedError,
  ObjectStoreUnavailableError,
} from '../../objects/errors.ts';
import { ArchiveUnavailableError } from '../errors.ts';
import type { ArchiveStore } from './place.ts';

/** Archives in a bucket. */
export function createBucketStore(objects: ObjectStore): ArchiveStore {
  const fail = (error: unknown): never => {
    const isTheirs =
      error instanceof ObjectNotFoundError ||
      error instanceof ObjectStoreRefusedError ||
      error instanceof ObjectStoreUnavailableError;
    throw isTheirs ? new ArchiveUnavailableError(objects.place, error) : error;
  };
  return {
    location: objects.place,
    async write(key, source, signal) {
      // A stream may give text; the store counts bytes.
      const bytes = async function* () {
        for await (const chunk of source) yield Buffer.from(chunk as Uint8Array | string);
      };
      try {
        await objects.put(key, bytes(), signal ? { signal } : {});
      } catch (error) {
        source.destroy();
        fail(error);
      }
    },
    async read(key, signal) {
      const body = await objects.get(key, signal ? { signal } : {}).catch(fail);
      // A connection that breaks in the middle is the store's fault too, and no bug of ours.
      const chunks = async function* () {
        try {
          for await (const chunk of body) yield Buffer.from(chunk as Uint8Array);
        } catch (error) {
          signal?.throwIfAborted();
          throw new ArchiveUnavailableError(objects.place, error);
        }
      };
      return Readable.from(chunks(), { objectMode: false });
    },
    remove: (key) => objects.remove([key]).catch(fail),
  };
}

/** Where no place is configured: everything is refused, before any table is touched. */
export function createNoStore(): ArchiveStore {
  const refuse = () =>
    Promise.reject<never>(
      new ArchiveUnavailableError('of partitions', new Error('sunday.yaml names no `partitions.archive`')),
    );
  return {
    location: 'nowhere',
    write: (_key, source: Readable) => {
      source.destroy();
      return refuse();
    },
    read: refuse,
    remove: refuse,
  };
}
