import { readFileSync } from 'node:fs';
import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { ObjectStoreRefusedError, ObjectStoreUnavailableError } from './errors.ts';

/** How a bucket is reached. Secrets are values here: whoever makes these settings has read them from their files. */
export interface ObjectStoreSettings {
  /** `https://host[:port]`; there is no way without TLS. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** What all keys begin with, without slashes at its ends; empty: the whole bucket is ours. */
  readonly prefix: string;
  /** True: `https://host/bucket/key`; false: `https://bucket.host/key`. */
  readonly isPathStyle: boolean;
  readonly accessKey: string;
  readonly secretKey: string;
  /** PEM file of the authority that signed the server's certificate; null: those that Node trusts. */
  readonly caFile: string | null;
  /** False: any certificate will do. */
  readonly isTlsVerified: boolean;
  readonly timeouts?: Partial<ObjectStoreTimeouts>;
  /** How often a call is tried; left out: three times. */
  readonly maxAttempts?: number;
}

export interface ObjectStoreTimeouts {
  readonly connectMs: number;
  /** One request with its answer's head; a body may take longer as long as it moves. */
  readonly requestMs: number;
  /** How long a connection may say nothing. */
  readonly idleMs: number;
}

const TIMEOUTS: ObjectStoreTimeouts = { connectMs: 5_000, requestMs: 60_000, idleMs: 30_000 };
const MAX_ATTEMPTS = 3;
const MAX_SOCKETS = 16;

/** @throws {ObjectStoreUnavailableError} when the endpoint is not HTTPS or the CA file can't be read. */
export function openClient(settings: ObjectStoreSettings): S3Client {
  const { endpoint, region, isPathStyle, accessKey, secretKey, isTlsVerified } = settings;
  if (!endpoint.startsWith('https://'))
    throw new ObjectStoreUnavailableError(toPlace(settings), 'its endpoint is not https', null);
  const timeouts = { ...TIMEOUTS, ...settings.timeouts };
  const ca = readAuthority(settings);
  return new S3Client({
    ...{ endpoint, region, forcePathStyle: isPathStyle },
    maxAttempts: settings.maxAttempts ?? MAX_ATTEMPTS,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    // Checksums in trailers are AWS's own: other servers store them as part of the object. We send Content-MD5.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // For a large body the SDK would open a connection of its own that knows nothing of `ca` or `maxSockets`.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.requestMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeouts.idleMs,
      httpsAgent: {
        ...{ keepAlive: true, maxSockets: MAX_SOCKETS, rejectUnauthorized: isTlsVerified },
        ...(ca === null ? {} : { ca }),
      },
    },
  });
}

/** How people know the place, without a secret: `https://host/bucket/prefix`. */
export function toPlace({ endpoint, bucket, prefix }: ObjectStoreSettings): string {
  return [endpoint, bucket, prefix].filter(Boolean).join('/');
}

/** The typed error that `error` stands for; an abort gives the signal's own reason. */
export function explain(settings: ObjectStoreSettings, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  const place = toPlace(settings);
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
  if (status >= 500 && status !== NOT_IMPLEMENTED)
    return new ObjectStoreUnavailableError(place, `it answered ${status}`, error);
  if (error instanceof S3ServiceException && status > 0)
    return new ObjectStoreRefusedError(place, error.name, error);
  if (error instanceof Error && isTrouble(error))
    return new ObjectStoreUnavailableError(place, error.message || codeOf(error), error);
  return error;
}

const NOT_IMPLEMENTED = 501;
/** What Node calls trouble with a connection or its certificate; the SDK's own name for lateness is TimeoutError. */
const TROUBLE = /^(E[A-Z]+|ERR_(TLS|SSL)_\w+|\w*CERT\w*|UNABLE_TO_\w+|HOSTNAME_MISMATCH)$/;

function isTrouble(error: Error): boolean {
  return error.name === 'TimeoutError' || TROUBLE.test(codeOf(error));
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : '';
}

function readAuthority(settings: ObjectStoreSettings): Buffer | null {
  if (settings.caFile === null) return null;
  try {
    return readFileSync(settings.caFile);
  } catch (error) {
    throw new ObjectStoreUnavailableError(toPlace(settings), `${settings.caFile} cannot be read`, error);
  }
}
