import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../../src/fleet/embedded/binaries.ts';
import { type RunningProcess, startProcess } from '../../src/process.ts';
import { freePort } from '../support/ports.ts';

export interface ClickHouseServer extends AsyncDisposable {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** May read, and nothing else; it has the same password. */
  readonly reader: string;
  /** At once, as a power cut would. */
  kill(): Promise<void>;
  /** Again, after it was killed. */
  start(): Promise<void>;
}

const READY_TIMEOUT_MS = 30_000;
const READER = 'reader';
const LOGIN = { user: 'watcher', password: 'test-only' } as const;

/** Null, and a line that says so: `clickhouse-server` is not installed. */
export function findClickHouse(): string | null {
  try {
    return findProgram('clickhouse-server');
  } catch {
    console.log(
      'no clickhouse-server here (apt-get install clickhouse-server): what needs a real one is left out',
    );
    return null;
  }
}

/** A server of its own with small caches, of our own user, on loopback. On a disk of its own it keeps nothing when it ends. */
export async function startClickHouse(
  program: string,
  { diskMb }: { readonly diskMb?: number } = {},
): Promise<ClickHouseServer> {
  const directory = mkdtempSync(join(tmpdir(), 'sunday-clickhouse-'));
  const port = await freePort();
  const tcpPort = await freePort();
  mkdirSync(join(directory, 'tmp'));
  writeFileSync(join(directory, 'config.xml'), configOf(directory, port, tcpPort));
  writeFileSync(join(directory, 'users.xml'), USERS);
  const url = `http://127.0.0.1:${port}`;
  let running: RunningProcess | null = null;
  const kill = async () => {
    await running?.stop(0);
    running = null;
  };
  const start = async () => {
    const words = [program, `--config-file=${join(directory, 'config.xml')}`];
    const [first = '', ...rest] = diskMb === undefined ? words : [...onDisk(directory, diskMb), ...words];
    running = startProcess(first, rest, { cwd: directory });
    await untilReady(url).catch(async (error: unknown) => {
      await kill();
      throw error;
    });
  };
  await start();
  return {
    ...LOGIN,
    ...{ reader: READER, url, kill, start },
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What makes a command run in a namespace where its data stand on a file system of that size. */
function onDisk(directory: string, sizeMb: number): readonly string[] {
  const data = join(directory, 'data');
  mkdirSync(data);
  const script = `mount -t tmpfs -o size=${sizeMb}m tmpfs "$1" && shift && exec "$@"`;
  return ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', data];
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  const isReady = () =>
    fetch(`${url}/ping`, { signal: AbortSignal.timeout(1_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (performance.now() > deadline) throw new Error('ClickHouse is not ready in time');
    await sleep(50);
  }
}

function configOf(directory: string, port: number, tcpPort: number): string {
  return `<yandex>
  <logger><level>fatal</level><console>1</console></logger>
  <listen_host>127.0.0.1</listen_host><http_port>${port}</http_port><tcp_port>${tcpPort}</tcp_port>
  <path>${directory}/data/</path><tmp_path>${directory}/tmp/</tmp_path>
  <mark_cache_size>5242880</mark_cache_size><uncompressed_cache_size>0</uncompressed_cache_size>
  <users_config>users.xml</users_config><default_profile>default</default_profile>
  <default_database>default</default_database><max_concurrent_queries>20</max_concurrent_queries>
</yandex>
`;
}

function userOf(name: string, profile: string): string {
  return `<${name}><password>${LOGIN.password}</password><networks><ip>127.0.0.1</ip></networks>
    <profile>${profile}</profile><quota>default</quota></${name}>`;
}

const USERS = `<yandex>
  <profiles><default><max_memory_usage>100000000</max_memory_usage></default>
    <reading><readonly>2</readonly></reading></profiles>
  <users>${userOf(LOGIN.user, 'default')}${userOf(READER, 'reading')}</users>
  <quotas><default><interval><duration>3600</duration></interval></default></quotas>
</yandex>
`;
