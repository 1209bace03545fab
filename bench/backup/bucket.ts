import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StanzaConfig } from '../../src/config.ts';
import { replaceRepositories } from '../../src/config/repository-options.ts';
import { REPOSITORY_SETTINGS } from '../../src/config/repository-settings.ts';
import { startS3Server, S3_KEY, type S3Server } from '../../test/support/s3-server.ts';
import {
  backUp,
  compare,
  expire,
  type Finding,
  type Ground,
  makeRepository,
  newestLabel,
  NO_ARCHIVE,
  pgbackrest,
} from './ground.ts';
import { startObjectFront } from './object-front.ts';

const TARGET = 1.2;

/** A repository in a bucket, over TLS and with a verified certificate, against a directory. */
export async function measureBucket(ground: Ground): Promise<Finding> {
  const { cluster, signal, shipped } = ground;
  await using server = await startS3Server(cluster.root);
  await using front = await startObjectFront(server, cluster.root);
  const bucket = await makeBucket(ground, server, (front ?? server).endpoint);
  const take = (stanza: StanzaConfig) => ({
    prepare: () => expire(stanza, signal),
    run: () => backUp(stanza, NO_ARCHIVE, signal),
  });
  const backup = await compare(ground, {
    ours: { title: 'full backup into a bucket, over TLS', ...take(bucket) },
    theirs: { title: 'full backup into a directory', ...take(shipped) },
    target: TARGET,
  });
  const bring = async (stanza: StanzaConfig, name: string) => {
    const directory = join(cluster.root, name);
    const set = `--set=${await newestLabel(stanza, signal)}`;
    const how = [`--pg1-path=${directory}`, '--type=immediate', '--archive-mode=off', set];
    const clean = () => Promise.resolve(rmSync(directory, { recursive: true, force: true }));
    return { prepare: clean, run: async () => void (await pgbackrest(stanza, 'restore', how, signal)) };
  };
  const restore = await compare(ground, {
    ours: { title: 'restore from the bucket', ...(await bring(bucket, 'from-bucket')) },
    theirs: { title: 'restore from the directory', ...(await bring(shipped, 'from-directory')) },
    target: TARGET,
  });
  for (const name of ['from-bucket', 'from-directory'])
    rmSync(join(cluster.root, name), { recursive: true, force: true });
  const note =
    front === null
      ? `${NODE} nginx is NOT here: with it before the store it is as fast as one in native code.`
      : FRONT;
  return { title: 'a bucket', comparisons: [backup, restore], notes: [note] };
}

const NODE = 'The store is s3rver, a program in Node on the same processors, and most of what is measured.';
const FRONT =
  'The store is s3rver with nginx before it, which takes and gives whole objects itself, on the same processors; TLS is checked against its own authority.';

/** Ready to use, with the options that the product gives a bucket. */
async function makeBucket(
  { cluster, signal }: Ground,
  server: S3Server,
  endpoint: string,
): Promise<StanzaConfig> {
  const secret = (name: string, value: string) => {
    const file = join(cluster.root, name);
    writeFileSync(file, value, { mode: 0o600 });
    return file;
  };
  const repository = REPOSITORY_SETTINGS.parse({
    ...{ name: 'bucket', type: 's3', endpoint, bucket: server.bucket, prefix: 'bench' },
    ...{ uriStyle: 'path', caFile: server.caFile, passphraseFile: secret('passphrase', 'bench-passphrase') },
    ...{ accessKeyFile: secret('access', S3_KEY.accessKey), secretKeyFile: secret('key', S3_KEY.secretKey) },
  });
  const config = replaceRepositories(readFileSync(cluster.stanza.configFile, 'utf8'), [repository]);
  return makeRepository(cluster, { name: 'bucket', config }, signal);
}
