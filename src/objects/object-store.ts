import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { explain, type ObjectStoreSettings, openClient, toPlace } from './client.ts';
import { ObjectNotFoundError, ObjectStoreRefusedError } from './errors.ts';
import { type ObjectBody, upload, type Uploaded } from './upload.ts';

export interface ObjectEntry {
  /** Without the store's prefix. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date | null;
}

export interface ObjectCall {
  readonly signal?: AbortSignal;
}

/**
 * A part of a bucket, below a prefix. All calls have timeouts and three attempts.
 * All throw {ObjectStoreUnavailableError} and {ObjectStoreRefusedError}; an aborted one throws the signal's reason.
 */
export interface ObjectStore {
  /** `https://host/bucket/prefix`, for messages. */
  readonly place: string;
  /** Stores the object whole or not at all; one that has the key is replaced. Streams go up in parts of 16 MB. */
  put(key: string, body: ObjectBody, call?: ObjectCall): Promise<Uploaded>;
  /** The content, as it comes. @throws {ObjectNotFoundError} */
  get(key: string, call?: ObjectCall): Promise<Readable>;
  /** Null when there is no such object. */
  head(key: string, call?: ObjectCall): Promise<ObjectEntry | null>;
  /** What begins with `prefix`, in the order of the keys, at most `limit`; pages are asked for as they are needed. */
  list(prefix: string, options: ObjectCall & { readonly limit: number }): AsyncIterable<ObjectEntry>;
  /** Nothing happens to what is not there. In a bucket with versions the old one stays behind a marker. */
  remove(keys: readonly string[], call?: ObjectCall): Promise<void>;
  /** Ends its connections; a call after that fails. */
  close(): void;
}

const PAGE_SIZE = 1_000; // the most that S3 gives at once
const REMOVES_AT_ONCE = 8;

/** @throws {ObjectStoreUnavailableError} when the settings can't be used. */
export function createObjectStore(settings: ObjectStoreSettings): ObjectStore {
  const client = openClient(settings);
  const { bucket: Bucket } = settings;
  const prefix = settings.prefix === '' ? '' : `${settings.prefix}/`;
  const placeOf = (key: string) => ({ Bucket, Key: prefix + key });
  const ask = async <T>(work: () => Promise<T>, call: ObjectCall = {}): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explain(settings, error, call.signal);
    }
  };
  async function* listPages(begin: string, limit: number, call: ObjectCall) {
    let token: string | undefined;
    for (let left = limit; left > 0;) {
      const page = {
        ...{ Bucket, Prefix: prefix + begin, MaxKeys: Math.min(left, PAGE_SIZE) },
        ...(token === undefined ? {} : { ContinuationToken: token }),
      };
      const found = await ask(() => client.send(new ListObjectsV2Command(page), toOptions(call)), call);
      for (const { Key = '', Size = 0, LastModified } of found.Contents ?? [])
        yield { key: Key.slice(prefix.length), sizeBytes: Size, modifiedAt: LastModified ?? null };
      left -= found.Contents?.length ?? 0;
      token = found.NextContinuationToken;
      if (token === undefined) return;
    }
  }
  return {
    place: toPlace(settings),
    put: (key, body, call) => ask(() => upload(client, placeOf(key), body, toOptions(call)), call),
    async get(key, call) {
      const answer = ask(() => client.send(new GetObjectCommand(placeOf(key)), toOptions(call)), call);
      const found = await answer.catch((error: unknown) => {
        throw isMissing(error) ? new ObjectNotFoundError(toPlace(settings), key) : error;
      });
      if (!(found.Body instanceof Readable)) throw new Error('the body of an object is not a stream');
      return found.Body;
    },
    async head(key, call) {
      const answer = ask(() => client.send(new HeadObjectCommand(placeOf(key)), toOptions(call)), call);
      const found = await answer.catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      });
      return found && { key, sizeBytes: found.ContentLength ?? 0, modifiedAt: found.LastModified ?? null };
    },
    list: (begin, { limit, ...call }) => listPages(begin, limit, call),
    // One by one: DeleteObjects needs a checksum that not every server knows.
    async remove(keys, call) {
      for (let from = 0; from < keys.length; from += REMOVES_AT_ONCE) {
        const commands = keys
          .slice(from, from + REMOVES_AT_ONCE)
          .map((key) => new DeleteObjectCommand(placeOf(key)));
        await ask(() => Promise.all(commands.map((one) => client.send(one, toOptions(call)))), call);
      }
    },
    close: () => client.destroy(),
  };
}

function toOptions({ signal }: ObjectCall = {}): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}

/** A HEAD has no body, so its 404 has no better name than NotFound; a missing bucket is something else. */
function isMissing(error: unknown): boolean {
  return error instanceof ObjectStoreRefusedError && ['NoSuchKey', 'NotFound'].includes(error.storeCode);
}
