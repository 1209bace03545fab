import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StanzaConfig } from '../../src/config.ts';
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

const TARGET = 1.2;

/** A repository in a bucket, over TLS and with a verified certificate, against a directory. */
export async function measureBucket(ground: Ground): Promise<Finding> {
  const { cluster, signal, shipped } = ground;
  await using server = await startS3Server(cluster.root);
  const bucket = await makeBucket(ground, server);
  const take = (stanza: StanzaConfig) => ({
    prepare: () => expire(stanza, signal),
    run: () => backUp(stanza, NO_ARCHIVE, signal),
  });
  const backup = await compare(ground, {
    target: TARGET,
    ours: { title: 'full backup into a bucket, over TLS', ...take(bucket) },
    theirs: { title: 'full backup into a directory', ...take(shipped) },
  });
  const bring = async (stanza: StanzaConfig, name: string) => {
    const directory = join(cluster.root, name);
    const set = `--set=${await newestLabel(stanza, signal)}`;
    const how = [`--pg1-path=${directory}`, '--type=immediate', '--archive-mode=off', set];
    const clean = () => Promise.resolve(rmSync(directory, { recursive: true, force: true }));
    return { prepare: clean, run: async () => void (await pgbackrest(stanza, 'restore', how, signal)) };
  };
  const restore = await compare(ground, {
    target: TARGET,
    ours: { title: 'restore from the bucket', ...(await bring(bucket, 'from-bucket')) },
    theirs: { title: 'restore from the directory', ...(await bring(shipped, 'from-directory')) },
  });
  for (const name of ['from-bucket', 'from-directory'])
    rmSync(join(cluster.root, name), { recursive: true, force: true });
  return {
    title: 'a bucket',
    comparisons: [backup, restore],
    notes: [
      'The store is s3rver, a program in Node that takes its share of the same processors; TLS is checked against its own authority.',
    ],
  };
}

async function makeBucket({ cluster, signal }: Ground, server: S3Server): Promise<StanzaConfig> {
  const options = [
    ...[
      'repo1-type=s3',
      'repo1-path=/bench',
      `repo1-s3-bucket=${server.bucket}`,
      'repo1-s3-region=us-east-1',
    ],
    ...['repo1-s3-endpoint=localhost', `repo1-storage-port=${server.port}`, 'repo1-s3-uri-style=path'],
    ...[`repo1-s3-key=${S3_KEY.accessKey}`, `repo1-s3-key-secret=${S3_KEY.secretKey}`],
    ...[`repo1-storage-ca-file=${server.caFile}`, 'repo1-storage-verify-tls=y'],
  ];
  const text = readFileSync(cluster.stanza.configFile, 'utf8');
  const config = text.replace(/^repo1-path=.*$/m, options.join('\n'));
  return makeRepository(cluster, { name: 'bucket', config }, signal);
}
