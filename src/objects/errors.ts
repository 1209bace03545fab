import { SundayError } from '../errors.ts';

/** Nobody answers, or nobody whom we may trust: the connection, its certificate, or the server itself has failed. */
export class ObjectStoreUnavailableError extends SundayError {
  readonly code = 'OBJECT_STORE_UNAVAILABLE';
  override readonly hint =
    'Check that the endpoint is up, that its name is in its certificate, and that `caFile` signed it.';
  override readonly retryable = true;
  constructor(place: string, reason: string, cause: unknown) {
    super(`object store ${place} is not available: ${reason}`, { cause });
  }
}

/** The store answers and does not let us in: wrong key, no such bucket, no right to do this. */
export class ObjectStoreRefusedError extends SundayError {
  readonly code = 'OBJECT_STORE_REFUSED';
  override readonly hint = 'Check the bucket, the key and the policy that belongs to it.';
  /** What the store calls it, e.g. `AccessDenied`, `NoSuchBucket`. */
  readonly storeCode: string;
  constructor(place: string, storeCode: string, cause: unknown) {
    super(`object store ${place} refused: ${storeCode}`, { cause });
    this.storeCode = storeCode;
  }
}

export class ObjectNotFoundError extends SundayError {
  readonly code = 'OBJECT_NOT_FOUND';
  constructor(place: string, key: string) {
    super(`object store ${place} has no object ${key}`);
  }
}
