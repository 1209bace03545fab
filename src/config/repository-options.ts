import { statSync } from 'node:fs';
import { InvalidConfigError, readPassword, readVariable } from '../config.ts';
import type { RepositoryConfig } from './repository-settings.ts';

/** pgBackRest's highest count: only `backups.expire` removes sets, for it knows which ones are held. */
const KEEP_EVERYTHING = '9999999';
/** A bucket that says nothing for so long is gone. pgBackRest tries three times, and its own 60 s would be three minutes. */
const IO_TIMEOUT_SECONDS = '10';
/**
 * Of a request. A file up to it needs one; with 5 MiB, S3's least and pgBackRest's default, one of 8 MB needs four: to
 * begin, two parts, to end. Each process of a backup has one in memory.
 */
const UPLOAD_CHUNK_SIZE = '16MiB';

/** The options of pgbackrest.conf that make these repositories, in their order from `repo1` on. Secrets are among them. */
export function toRepositoryOptions(
  repositories: readonly RepositoryConfig[],
): readonly (readonly [string, string])[] {
  const own = repositories.flatMap((one, index) =>
    toOptions(one).map(([name, value]) => [`repo${index + 1}-${name}`, value] as const),
  );
  const isRemote = repositories.some(({ type }) => type === 's3');
  return isRemote ? [...own, ['io-timeout', IO_TIMEOUT_SECONDS]] : own;
}

function toOptions(one: RepositoryConfig): readonly (readonly [string, string])[] {
  const passphrase = readSecret(one, 'passphrase');
  return [
    ...(one.type === 's3' ? bucketOptions(one) : ([['path', one.path ?? '']] as const)),
    ['bundle', 'y'],
    ['retention-full', KEEP_EVERYTHING],
    ['cipher-type', one.encryption],
    ...(passphrase === null ? [] : [['cipher-pass', passphrase] as const]),
  ];
}

function bucketOptions(one: RepositoryConfig): readonly (readonly [string, string])[] {
  const { hostname, port } = new URL(one.endpoint ?? '');
  return [
    ['type', 's3'],
    ['path', `/${one.prefix}`],
    ['s3-endpoint', hostname],
    ['storage-port', port || '443'],
    ['s3-region', one.region],
    ['s3-bucket', one.bucket ?? ''],
    ['s3-uri-style', one.uriStyle],
    ['s3-key', readSecret(one, 'accessKey') ?? ''],
    ['s3-key-secret', readSecret(one, 'secretKey') ?? ''],
    ['storage-upload-chunk-size', UPLOAD_CHUNK_SIZE],
    ['storage-verify-tls', one.verifyTls ? 'y' : 'n'],
    ...(one.caFile === undefined ? [] : [['storage-ca-file', one.caFile] as const]),
  ];
}

const MARK = '# The options of the repositories are written by Sunday Control Plane from its `repositories`.';

/** `text` of a pgbackrest.conf with these repositories instead of its own; everything else stays. */
export function replaceRepositories(text: string, repositories: readonly RepositoryConfig[]): string {
  const options = toRepositoryOptions(repositories);
  const own = new Set(options.map(([name]) => name));
  const kept = text.split('\n').filter((line) => {
    const name = line.split('=')[0]?.trim() ?? '';
    return !/^repo\d+-/.test(name) && !own.has(name) && line !== MARK;
  });
  const header = kept.findIndex((line) => line.trim() === '[global]');
  const block = [MARK, ...options.map(([name, value]) => `${name}=${value}`)];
  return header === -1
    ? ['[global]', ...block, '', ...kept].join('\n')
    : [...kept.slice(0, header + 1), ...block, ...kept.slice(header + 1)].join('\n');
}

const OTHERS = 0o077;

/**
 * One secret of a repository, from its file or variable; null when neither is configured.
 *
 * @throws {InvalidConfigError} when it is not one word, or others may read the file.
 */
export function readSecret(
  repository: RepositoryConfig,
  secret: 'passphrase' | 'accessKey' | 'secretKey',
): string | null {
  const [file, variable] = [repository[`${secret}File`], repository[`${secret}Variable`]];
  if (file === undefined && variable === undefined) return null;
  const what = `${secret} of repository ${repository.name}`;
  if (file !== undefined && (statSync(file).mode & OTHERS) !== 0)
    throw new InvalidConfigError(file, [`${what}: others may read it; its mode has to be 0600`]);
  const text = file === undefined ? readVariable(variable ?? '') : readPassword({ passwordFile: file });
  if (text !== undefined && /^\S+$/.test(text)) return text;
  throw new InvalidConfigError(file ?? 'the environment', [
    `${what}: ${variable ?? 'it'} holds no single word`,
  ]);
}
