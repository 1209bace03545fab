import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createSchema } from '../resolvers/index.ts';
import {
  type Environment,
  type FleetConfig,
  InvalidConfigError,
  readEnvironment,
  readFleetFile,
} from './config.ts';
import { readRepositoriesFile } from './config/repositories-file.ts';
import type { RepositoryConfig } from './config/repository-settings.ts';
import { type Control, openControl } from './control.ts';
import { ERROR_CODES } from './error-codes.ts';
import { SundayError } from './errors.ts';
import { replaceFile } from './fleet/embedded/files.ts';
import { type EmbeddedFleetOptions, startEmbeddedFleet } from './fleet/embedded/start.ts';
import { createStopwatch } from './fleet/embedded/stopwatch.ts';
import { createLog, type Log, openLogFile } from './log.ts';
import { startHousekeeping } from './operations/housekeeping.ts';
import { findControlPlaneId } from './operations/store.ts';
import { isPortFree, PortTakenError } from './ports.ts';
import { API_PORT_HINT, createServer } from './server/server.ts';
import { createServices } from './services.ts';
import { readStartArguments, type Role, START_HELP, type StartArguments } from './start-arguments.ts';

const MIGRATIONS = new URL('../migrations/sunday', import.meta.url).pathname;

/** What runs, in the order it was started. It is stopped from the end. */
type Running = { readonly what: string; readonly stop: () => Promise<void> }[];

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const running: Running = [];
  const asked = new AbortController();
  stopOnSignals(asked);
  try {
    const { role, help, shards } = readStartArguments();
    if (help) return print(START_HELP);
    await boot({ role, shards }, readEnvironment(), running, asked.signal);
    await untilAborted(asked.signal);
  } catch (error) {
    if (!asked.signal.aborted) process.exitCode = report(error);
  }
  await stopAll(running);
  process.exit();
}

async function boot(
  { role, shards }: StartArguments,
  environment: Environment,
  running: Running,
  signal: AbortSignal,
): Promise<void> {
  const beforeBoot = () => refuseTakenPort(role, environment);
  const repositories = readRepositories(environment);
  const fleetFile =
    environment.fleetFile ??
    (await bootFleet(environment, running, { signal, beforeBoot, options: { shards, repositories } }));
  const config = readFleetFile(fleetFile);
  await mkdir(environment.home, { recursive: true, mode: 0o700 });
  const log = openLog(environment);
  const control = await timed('control database', 'up to date', () => openControl(config, log));
  running.push({ what: 'connections to the control database', stop: control.close });
  const parts = { environment, config, control, log };
  const created = await timed('operations', 'ready', () =>
    startServices(role, parts, { running, asked: signal }),
  );
  if (role !== 'worker') await serve({ ...parts, ...created }, running);
}

/** Read first: what is wrong in the file should not wait for a whole fleet. */
function readRepositories({ repositoriesFile, fleetFile }: Environment): readonly RepositoryConfig[] {
  if (repositoriesFile === null) return [];
  if (fleetFile === null) return readRepositoriesFile(repositoriesFile);
  const problem =
    'SUNDAY_REPOSITORIES: it is for the embedded fleet; SUNDAY_CONFIG names the repositories of each stanza';
  throw new InvalidConfigError('the environment', [problem]);
}

/** Does one thing and prints what came of it, in the columns of the fleet's own lines. */
async function timed<T>(what: string, outcome: string, work: () => Promise<T>): Promise<T> {
  const done = Promise.withResolvers<T>();
  await createStopwatch(print)(what, async () => {
    done.resolve(await work());
    return outcome;
  });
  return done.promise;
}

/** Before a whole fleet is booted for nothing; whoever comes in between is found by `listen`. */
async function refuseTakenPort(role: Role, { host, port }: Environment): Promise<void> {
  if (role === 'worker' || port === 0 || (await isPortFree(port, host))) return;
  throw new PortTakenError(port, 'the API', API_PORT_HINT);
}

async function bootFleet(
  { home }: Environment,
  running: Running,
  hooks: Pick<EmbeddedFleetOptions, 'signal' | 'beforeBoot' | 'options'>,
): Promise<string> {
  const fleet = await startEmbeddedFleet({ home, log: print, ...hooks });
  running.push({ what: 'embedded fleet', stop: fleet.stop });
  return fleet.fleetFile;
}

/** A terminal is for people: with the embedded fleet the JSON lines go to a file. Elsewhere somebody collects them. */
function openLog({ fleetFile, home, logLevel }: Environment): Log {
  return fleetFile === null
    ? createLog(logLevel, openLogFile(join(home, 'log', 'sunday.log')))
    : createLog(logLevel);
}

interface Parts {
  readonly environment: Environment;
  readonly config: FleetConfig;
  readonly control: Control;
  readonly log: Log;
}

async function startServices(
  role: Role,
  parts: Parts,
  { running, asked }: { readonly running: Running; readonly asked: AbortSignal },
): Promise<Created> {
  const { environment, config, control, log } = parts;
  const { db, events } = control;
  const workerId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const { services, engine } = createServices({
    ...control,
    config,
    workerId,
    migrationsDirectory: MIGRATIONS,
    protectedDirectories: [environment.home],
    log,
  });
  running.push({ what: 'connections to the fleet', stop: services.fleet.close });
  await engine.start(role === 'api' ? 'CLIENT' : 'WORKER');
  running.push({ what: 'operations', stop: engine.stop });
  asked.addEventListener('abort', engine.prepareStop);
  if (role !== 'api') {
    const eventRetentionDays = config.events.retentionDays;
    const onError = (error: unknown) => log.error({ err: error }, 'housekeeping failed');
    const housekeeping = startHousekeeping({ db, events, engine, eventRetentionDays, onError });
    running.push({ what: 'housekeeping', stop: housekeeping.stop });
  }
  return { services, engine };
}

type Created = ReturnType<typeof createServices>;

async function serve(
  { environment, config, control, services, engine, log }: Parts & Created,
  running: Running,
): Promise<void> {
  const { host, port, home } = environment;
  const server = createServer({
    services,
    schema: createSchema(),
    environment,
    limits: config.limits,
    log,
    readiness: {
      'control database': () => findControlPlaneId(control.db),
      operations: async () => {
        if (!engine.isReady()) throw new Error('the heartbeat of this worker does not go through');
      },
    },
  });
  const address = await timed('API', 'listening', () => server.listen(host, port));
  running.push({ what: 'API', stop: server.close });
  const tokenFile = join(home, 'token');
  await services.access.ensureBootstrapToken(tokenFile);
  const apiFile = join(home, 'api.json');
  // Whole or not there: who waits for it reads it at once.
  replaceFile(apiFile, `${JSON.stringify({ url: address.url, pid: process.pid })}\n`);
  running.push({ what: 'address file', stop: () => rm(apiFile, { force: true }) });
  print(`\nGraphQL   ${address.url}`);
  print(`token     ${tokenFile}`);
  if (environment.fleetFile === null) print(`log       ${join(home, 'log', 'sunday.log')}`);
  const cluster = config.clusters[0]?.name;
  print(`\ntry       npx sunday status`);
  print(`          npx sunday migrations apply --cluster ${cluster}`);
  print(`          npx sunday backups start --cluster ${cluster} --type full\n`);
}

/** Ctrl-C reaches us twice: from the terminal, and passed on by npm. */
const SAME_SIGNAL_MS = 1_500;

/** Somebody who asks again is in a hurry: what still runs is found and taken over by the next start. */
function stopOnSignals(asked: AbortController): void {
  let askedAt = -Infinity;
  const onSignal = () => {
    if (asked.signal.aborted && performance.now() - askedAt > SAME_SIGNAL_MS) process.exit(130);
    if (asked.signal.aborted) return;
    askedAt = performance.now();
    print('\nstopping; once more to leave at once');
    asked.abort(new Error('asked to stop'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  // The interval keeps the process alive whatever else is going on.
  const keepAlive = setInterval(() => {}, 60_000);
  return new Promise((resolve) =>
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(keepAlive);
        resolve();
      },
      { once: true },
    ),
  );
}

async function stopAll(running: Running): Promise<void> {
  for (const { what, stop } of running.toReversed()) {
    try {
      await timed(what, 'stopped', stop);
    } catch (error) {
      process.exitCode ||= 1;
      print(`could not stop ${what}: ${(error as Error).message}`);
    }
  }
}

/** Says what is wrong in words, and gives the exit code. */
function report(error: unknown): number {
  if (!(error instanceof SundayError)) {
    process.stderr.write(
      `a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  }
  const cause = error.cause instanceof SundayError ? [error.cause.message] : [];
  process.stderr.write(
    ['', error.message, ...cause, ...(error.hint === null ? [] : [error.hint]), ''].join('\n'),
  );
  // The exit code 1 of `npm start` is a promise of the README; the CLI has finer ones.
  return ERROR_CODES[error.code][0] === 2 ? 2 : 1;
}

// Last: the constants above must exist before anything runs.
await main();
