import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStoreSettings } from '../../src/objects/client.ts';
import { run, type RunningProcess, startProcess } from '../../src/process.ts';
import { freePort } from './ports.ts';

/** A real S3 server over TLS on loopback, which can be killed and started again on the same objects. */
export interface S3Server extends AsyncDisposable {
  /** -1 when it is not running. */
  readonly pid: number;
  readonly port: number;
  readonly endpoint: string;
  readonly bucket: string;
  /** Its files: certificate, key, and `objects`, with a directory for each bucket. */
  readonly directory: string;
  /** The authority that signed its certificate. */
  readonly caFile: string;
  /** One object is one file below `<objects>/<key>`. */
  readonly objects: string;
  readonly settings: ObjectStoreSettings;
  start(): Promise<void>;
  /** At once, as a power cut would. */
  kill(): Promise<void>;
}

/** The key that the server knows. */
export const S3_KEY = { accessKey: 'S3RVER', secretKey: 'S3RVER' } as const;
const BUCKET = 'sunday-backups';
const READY_TIMEOUT_MS = 20_000;

export async function startS3Server(root: string): Promise<S3Server> {
  const directory = join(root, 's3');
  mkdirSync(directory, { recursive: true });
  await makeCertificate(directory);
  const port = await freePort();
  const endpoint = `https://localhost:${port}`;
  const caFile = join(directory, 'ca.pem');
  let running: RunningProcess | null = null;
  const server: S3Server = {
    ...{ directory, port, endpoint, caFile, bucket: BUCKET, objects: join(directory, 'objects', BUCKET) },
    settings: {
      ...{ endpoint, caFile, bucket: BUCKET, region: 'us-east-1', prefix: '' },
      ...{ isPathStyle: true, isTlsVerified: true, ...S3_KEY },
    },
    get pid() {
      return running?.pid ?? -1;
    },
    async start() {
      const ready = Promise.withResolvers<void>();
      running = startProcess(process.execPath, [...FLAGS, SERVER, directory, String(port), BUCKET], {
        onLine: (line) => (line === 'ready' ? ready.resolve() : undefined),
      });
      const ended = running.ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
      const late = sleep(READY_TIMEOUT_MS, undefined, { ref: false }).then(() =>
        Promise.reject(new Error('the S3 server is not ready in time')),
      );
      late.catch(() => {});
      ended.catch(() => {});
      await Promise.race([ready.promise, ended, late]);
    },
    async kill() {
      await running?.stop(0);
      running = null;
    },
    [Symbol.asyncDispose]: () => server.kill(),
  };
  await server.start();
  return server;
}

const FLAGS = [
  '--openssl-legacy-provider', // its page tokens are made with a cipher that the default provider has not any more
  '--no-deprecation',
  '--max-semi-space-size=1', // buffers that pass through: to collect them small and early takes a third less time
];
const SERVER = join(import.meta.dirname, '..', 'fixtures', 's3-server.mjs');

/** An authority and a certificate of it for `localhost`: pgBackRest 2.45 takes names, not addresses. */
async function makeCertificate(directory: string): Promise<void> {
  const at = (file: string) => join(directory, file);
  const key = ['-newkey', 'rsa:2048', '-nodes', '-sha256'];
  const ca = ['-subj', '/CN=Sunday test authority', '-keyout', at('ca.key'), '-out', at('ca.pem')];
  await run('openssl', ['req', '-x509', ...key, '-days', '3650', ...ca], { timeoutMs: 60_000 });
  const request = ['-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr')];
  await run('openssl', ['req', ...key, ...request], { timeoutMs: 60_000 });
  writeFileSync(at('names.cnf'), 'subjectAltName=DNS:localhost\n');
  const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '3650'];
  const result = ['-extfile', at('names.cnf'), '-out', at('server.pem')];
  await run('openssl', ['x509', '-req', '-in', at('server.csr'), ...signing, ...result], {
    timeoutMs: 60_000,
  });
}
