import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlServer } from './control-server.ts';
import { startNode, waitUntil } from '../processes.ts';

const READY_TIMEOUT_MS = 30_000;

/** A GraphQL server in a process of its own. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  readonly child: ChildProcess;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The whole program as it is deployed: `main.ts --role api`, with authentication, limits, metrics and its log. */
export async function startSunday({ root, fleetFile }: ControlServer): Promise<Contender> {
  const home = join(root, 'home');
  const logFile = join(root, 'sunday.log');
  const env = { SUNDAY_CONFIG: fleetFile, SUNDAY_HOME: home, PORT: '0', NODE_ENV: 'production' };
  const child = startNode(['src/main.ts', '--role', 'api'], { env, logFile });
  const file = join(home, 'api.json');
  const { url } = await waitUntil(child, { logFile, timeoutMs: READY_TIMEOUT_MS }, () => {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return text.endsWith('\n') ? (JSON.parse(text) as { url: string }) : null; // else it is being written
  });
  const token = readFileSync(join(home, 'token'), 'utf8').trim();
  return { name: 'Sunday', version: '', child, url, headers: { authorization: `Bearer ${token}` } };
}

/** Each as its manual sets it up for production; neither checks a token, limits a query or writes a log line. */
export const PEERS = {
  apollo: { name: 'Apollo Server', package: '@apollo/server' },
  mercurius: { name: 'Mercurius', package: 'mercurius' },
} as const;

export async function startPeer(key: keyof typeof PEERS, control: ControlServer): Promise<Contender> {
  const { name, package: packageName } = PEERS[key];
  const logFile = join(control.root, `${key}.log`);
  const urlFile = join(control.root, `${key}.url`);
  // The password travels by environment, as it would in production.
  const env = {
    BENCH_DATABASE: JSON.stringify(control.connection),
    BENCH_URL_FILE: urlFile,
    NODE_ENV: 'production',
  };
  const child = startNode([`bench/peers/${key}.ts`], { env, logFile });
  const url = await waitUntil(child, { logFile, timeoutMs: READY_TIMEOUT_MS }, () =>
    existsSync(urlFile) ? readFileSync(urlFile, 'utf8') || null : null,
  );
  const manifest = readFileSync(`bench/node_modules/${packageName}/package.json`, 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return { name, version, child, url, headers: {} };
}
