import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import type { StanzaConfig } from '../../src/config.ts';
import { replaceRepositories } from '../../src/config/repository-options.ts';
import { REPOSITORY_SETTINGS } from '../../src/config/repository-settings.ts';
import { run } from '../../src/process.ts';
import { startS3Server, S3_KEY, type S3Server } from '../../test/support/s3-server.ts';
import {
  backUp,
  type Comparison,
  expire,
  type Finding,
  type Ground,
  makeRepository,
  newestLabel,
  NO_ARCHIVE,
  pgbackrest,
  takeTurns,
  type Timed,
  type Way,
} from './ground.ts';

const TARGET = 1.2;

/**
 * A repository in a bucket, over TLS and with a verified certificate, against a directory: as the target has it, and
 * against a directory and then the same objects through the same store by curl. The store, a program in Node, is on the
 * same processors as all the rest, so the second says what is pgBackRest's own, and the first what this machine has left.
 */
export async function measureBucket(ground: Ground): Promise<Finding> {
  const { cluster, signal, shipped } = ground;
  await using server = await startS3Server(cluster.root);
  const bucket = await makeBucket(ground, server);
  const take = (stanza: StanzaConfig) => ({
    prepare: () => expire(stanza, signal),
    run: () => backUp(stanza, NO_ARCHIVE, signal),
  });
  const backup = await measureWays(ground, [
    { title: 'full backup into a bucket, over TLS', ...take(bucket) },
    { title: 'full backup into a directory', ...take(shipped) },
    transfer(ground, server, 'upload'),
  ]);
  const bring = async (stanza: StanzaConfig, name: string) => {
    const directory = join(cluster.root, name);
    const set = `--set=${await newestLabel(stanza, signal)}`;
    const how = [`--pg1-path=${directory}`, '--type=immediate', '--archive-mode=off', set];
    const clean = () => Promise.resolve(rmSync(directory, { recursive: true, force: true }));
    return { prepare: clean, run: async () => void (await pgbackrest(stanza, 'restore', how, signal)) };
  };
  const restore = await measureWays(ground, [
    { title: 'restore from the bucket', ...(await bring(bucket, 'from-bucket')) },
    { title: 'restore from the directory', ...(await bring(shipped, 'from-directory')) },
    transfer(ground, server, 'download'),
  ]);
  for (const name of ['from-bucket', 'from-directory'])
    rmSync(join(cluster.root, name), { recursive: true, force: true });
  return { title: 'a bucket', comparisons: [...backup, ...restore], notes: [NOTE] };
}

const NOTE =
  'The store is s3rver, a program in Node on the same processors; TLS is checked against its own authority. What it takes for these objects alone is in the second line of each: curl, with as many connections as pgBackRest.';

/** The first against the second, and against the second with the third behind it. */
async function measureWays(ground: Ground, ways: readonly [Way, Way, Way]): Promise<readonly Comparison[]> {
  const [bucket, directory, alone] = await takeTurns(ground, ways);
  if (bucket === undefined || directory === undefined || alone === undefined)
    throw new Error('nothing was measured');
  const both: Timed = {
    title: `${directory.title}, then ${alone.title}`,
    seconds: directory.seconds.map((one, round) => one + (alone.seconds[round] ?? NaN)),
    cpuSeconds: directory.cpuSeconds.map((one, round) => one + (alone.cpuSeconds[round] ?? NaN)),
  };
  return [
    { ours: bucket, theirs: directory, target: TARGET },
    { ours: bucket, theirs: both, target: TARGET },
  ];
}

/** As s3rver names the file of an object's content. */
const CONTENT = '._S3rver_object';

/** The objects of the newest set through the store and nowhere else. It does not look at signatures. */
function transfer({ cluster, signal }: Ground, server: S3Server, what: 'upload' | 'download'): Way {
  const file = join(cluster.root, 'transfer.curl');
  const curl = [
    '--parallel',
    '--parallel-max',
    `${availableParallelism()}`,
    '--silent',
    '--show-error',
    '--fail',
  ];
  return {
    title: `the same objects by curl (${what})`,
    prepare() {
      const sets = join(server.objects, 'bench', 'backup', cluster.stanza.name);
      const newest =
        readdirSync(sets)
          .filter((name) => /^\d{8}-\d{6}F$/.test(name))
          .toSorted()
          .at(-1) ?? '';
      const objects = readdirSync(join(sets, newest), { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile() && one.name.endsWith(CONTENT))
        .map((one) => join(one.parentPath, one.name));
      const lines = objects.flatMap((path) => {
        const key = relative(server.objects, path).slice(0, -CONTENT.length);
        return what === 'upload'
          ? [`url = "${server.endpoint}/${server.bucket}/copied/${key}"`, `upload-file = "${path}"`]
          : [`url = "${server.endpoint}/${server.bucket}/${key}"`, 'output = "/dev/null"'];
      });
      writeFileSync(file, lines.join('\n'));
      return Promise.resolve();
    },
    async run() {
      await run('curl', [...curl, '--cacert', server.caFile, '--config', file], { signal });
    },
  };
}

/** Ready to use, with the options that the product gives a bucket. */
async function makeBucket({ cluster, signal }: Ground, server: S3Server): Promise<StanzaConfig> {
  const secret = (name: string, value: string) => {
    const file = join(cluster.root, name);
    writeFileSync(file, value, { mode: 0o600 });
    return file;
  };
  const repository = REPOSITORY_SETTINGS.parse({
    ...{ name: 'bucket', type: 's3', endpoint: server.endpoint, bucket: server.bucket, prefix: 'bench' },
    ...{ uriStyle: 'path', caFile: server.caFile, passphraseFile: secret('passphrase', 'bench-passphrase') },
    ...{ accessKeyFile: secret('access', S3_KEY.accessKey), secretKeyFile: secret('key', S3_KEY.secretKey) },
  });
  const config = replaceRepositories(readFileSync(cluster.stanza.configFile, 'utf8'), [repository]);
  return makeRepository(cluster, { name: 'bucket', config }, signal);
}
