import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StanzaConfig } from '../../src/config.ts';
import { REPOSITORIES } from '../../src/config/repository-settings.ts';
import { S3_KEY, type S3Server } from '../support/s3-server.ts';

/** The stanza of `root` with its directory, named `local`, and a bucket, named `offsite`. */
export function withBucket(root: string, stanza: StanzaConfig, server: S3Server): StanzaConfig {
  const secret = (name: string, value: string) => {
    const file = join(root, name);
    writeFileSync(file, value, { mode: 0o600 });
    return file;
  };
  const repositories = REPOSITORIES.parse([
    {
      name: 'local',
      path: join(root, 'repository'),
      passphraseFile: secret('passphrase-local', 'test-passphrase'),
    },
    {
      ...{ name: 'offsite', type: 's3', endpoint: server.endpoint, bucket: server.bucket, prefix: 'pg/main' },
      ...{ uriStyle: 'path', caFile: server.caFile, passphraseFile: secret('passphrase-s3', 'another-one') },
      ...{
        accessKeyFile: secret('access', S3_KEY.accessKey),
        secretKeyFile: secret('key', S3_KEY.secretKey),
      },
    },
  ]);
  return { ...stanza, repositories };
}
