import type { ObjectStoreSettings } from '../../objects/client.ts';
import { ObjectStoreRefusedError } from '../../objects/errors.ts';
import { createObjectStore } from '../../objects/object-store.ts';
import { measured, round } from '../figures.ts';
import { messageOf, type Found, type PlatformTarget, type Trouble } from '../platform.ts';

export interface BucketConnection {
  readonly name: string;
  /** `https://host/bucket`, for people. */
  readonly address: string;
  /** Called for each look: a key that was changed is found in its file. */
  readonly readSettings: () => ObjectStoreSettings;
}

/** A list costs a little money where the store is rented: at this pace about 50 cents a month. */
const EVERY_MS = 30_000;
/** Whoever looks gives up before; these are for a signal that is not heard. */
const TIMEOUTS = { connectMs: 10_000, requestMs: 10_000, idleMs: 10_000 } as const;

/** One bucket: whether we get in, and how fast. */
export function createBucketTarget({ name, address, readSettings }: BucketConnection): PlatformTarget {
  return {
    ...{ name, kind: 'S3', address, everyMs: EVERY_MS },
    open: () => (signal) => look(readSettings(), signal),
    explain,
  };
}

/** A connection of its own each time, and one attempt: what is slow or fails has to show. */
async function look(settings: ObjectStoreSettings, signal: AbortSignal): Promise<Found> {
  const store = createObjectStore({ ...settings, timeouts: TIMEOUTS, maxAttempts: 1 });
  try {
    const startedMs = performance.now();
    await store.list('', { limit: 1, signal })[Symbol.asyncIterator]().next();
    return {
      facts: { kind: 'S3' },
      figures: [measured('s3_answer_time', round(performance.now() - startedMs))],
    };
  } finally {
    store.close();
  }
}

/** What is wrong with our key; a bucket that is not there is not a matter of rights. */
const MISSING = ['NoSuchBucket', 'PermanentRedirect'];

function explain(error: unknown): Trouble {
  if (error instanceof ObjectStoreRefusedError && !MISSING.includes(error.storeCode))
    return {
      kind: 'REFUSED',
      reason: `it does not let us in: ${error.storeCode}`,
      hint: 'Check accessKeyFile and secretKeyFile; the key needs s3:ListBucket.',
    };
  return {
    kind: 'DOWN',
    reason: messageOf(error).slice(0, 300),
    hint: 'See whether the endpoint answers, whether the bucket and region are right, and whether caFile signed its certificate.',
  };
}
