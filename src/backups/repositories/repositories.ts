import type { StanzaConfig } from '../../config.ts';
import type { ObjectStoreSettings } from '../../objects/client.ts';
import type { StanzaInfo } from '../pgbackrest/info.ts';
import { readStanzaSettings } from '../pgbackrest/repository.ts';
import { RepositoryNotFoundError, RepositoryUnencryptedError } from '../errors.ts';

/** A place that holds sets and write-ahead log of a stanza, as pgbackrest.conf describes it now. */
export interface Repository {
  /** pgBackRest's number: of `repo2` it is 2. */
  readonly number: number;
  /** As `sunday.yaml` calls it; `repo2` where that says nothing. */
  readonly name: string;
  /** REMOTE: on a repository host, or of a kind that only pgBackRest knows. */
  readonly type: RepositoryType;
  readonly isEncrypted: boolean;
  /** Why it may be read by whoever gets at it; null: nobody has said so. */
  readonly unencryptedBecause: string | null;
  /** Directory, or `https://host/bucket/prefix`. */
  readonly place: string;
  /** Of a bucket, with its secrets; null: it is none. */
  readonly bucket: ObjectStoreSettings | null;
}

export const REPOSITORY_TYPES = ['DIRECTORY', 'BUCKET', 'REMOTE'] as const;
export type RepositoryType = (typeof REPOSITORY_TYPES)[number];

/** Of one stanza, in the order of their numbers; the first is the default. */
export function listRepositories(stanza: StanzaConfig): readonly Repository[] {
  const { repositories, options } = readStanzaSettings(stanza);
  return repositories.toSorted((a, b) => a - b).map((number) => describe(stanza, number, options));
}

/** By name or as `repo2`; null: the default one. @throws {RepositoryNotFoundError} naming those that are there. */
export function pickRepository(stanza: StanzaConfig, name: string | null | undefined): Repository {
  const all = listRepositories(stanza);
  const found = name == null ? all[0] : all.find((one) => one.name === name || `repo${one.number}` === name);
  if (found !== undefined) return found;
  throw new RepositoryNotFoundError(
    stanza.name,
    name ?? 'repo1',
    all.map((one) => one.name),
  );
}

/** The part of a catalogue that one repository has; null: all of it. @throws {RepositoryNotFoundError} @throws {RepositoryUnavailableError} when that one is away. */
export function ofRepository(
  info: StanzaInfo,
  stanza: StanzaConfig,
  name: string | null | undefined,
): StanzaInfo {
  if (name == null) return info;
  const { number } = pickRepository(stanza, name);
  const away = info.unreachable.find((one) => one.number === number);
  if (away !== undefined) throw away.error;
  const sets = info.sets.filter(({ repositoryKey }) => repositoryKey === number);
  return { ...info, sets, unreachable: [] };
}

/** @throws {RepositoryUnencryptedError} for one that is neither encrypted nor said to be meant so. */
export function assertProtected(stanza: StanzaConfig, { name, ...repository }: Repository): void {
  if (!repository.isEncrypted && repository.unencryptedBecause === null)
    throw new RepositoryUnencryptedError(stanza.name, name, repository.number);
}

/** Its name, for people; the number where the configuration has it no more. */
export function nameOf(stanza: StanzaConfig, number: number): string {
  return stanza.repositories?.[number - 1]?.name ?? `repo${number}`;
}

function describe(stanza: StanzaConfig, number: number, options: ReadonlyMap<string, string>): Repository {
  const get = (name: string) => options.get(`repo${number}-${name}`) ?? null;
  const type = typeOf(get('host'), get('type'));
  const path = get('path') ?? '/var/lib/pgbackrest';
  const bucket = type === 'BUCKET' ? toStore(get, path) : null;
  return {
    number,
    type,
    bucket,
    name: nameOf(stanza, number),
    isEncrypted: (get('cipher-type') ?? 'none') !== 'none',
    unencryptedBecause: stanza.repositories?.[number - 1]?.unencryptedBecause ?? null,
    place:
      bucket === null
        ? [get('host'), path].filter((one) => one !== null).join(':')
        : [bucket.endpoint, bucket.bucket, bucket.prefix].filter(Boolean).join('/'),
  };
}

function typeOf(host: string | null, type: string | null): RepositoryType {
  if (host !== null) return 'REMOTE';
  if (type === 's3') return 'BUCKET';
  return type === null || type === 'posix' ? 'DIRECTORY' : 'REMOTE';
}

/** Null where the keys are not in the file: they come from a metadata service that only pgBackRest asks. */
function toStore(get: (name: string) => string | null, path: string): ObjectStoreSettings | null {
  const [accessKey, secretKey, bucket] = [get('s3-key'), get('s3-key-secret'), get('s3-bucket')];
  if (accessKey === null || secretKey === null || bucket === null) return null;
  const [host = '', port = get('storage-port') ?? '443'] = (get('s3-endpoint') ?? '').split(':');
  return {
    ...{ bucket, accessKey, secretKey },
    endpoint: `https://${host}${port === '443' ? '' : `:${port}`}`,
    region: get('s3-region') ?? 'us-east-1',
    prefix: path.replace(/^\/+|\/+$/g, ''),
    isPathStyle: get('s3-uri-style') === 'path',
    caFile: get('storage-ca-file'),
    isTlsVerified: get('storage-verify-tls') !== 'n',
  };
}
