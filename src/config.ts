import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { BACKUP_SETTINGS } from './config/backup-settings.ts';
import { listProblems, toPath } from './config/problems.ts';
import { absolutePath, SERVER_CONTROL } from './config/control-settings.ts';
import { SundayError } from './errors.ts';
import { HEALTH_SETTINGS } from './config/health-settings.ts';
import { PARTITION_SETTINGS } from './config/partition-settings.ts';
import { OWN_REDIS, PLATFORM_SETTINGS } from './config/platform-settings.ts';
import { POOLER_SETTINGS } from './config/pooler-settings.ts';
import { EVENT_SETTINGS, LIMIT_SETTINGS, OPERATION_SETTINGS } from './config/process-settings.ts';
import { REPOSITORIES } from './config/repository-settings.ts';

/** Everything that is wrong with the configuration, at once. */
export class InvalidConfigError extends SundayError {
  readonly code = 'INVALID_CONFIG';
  override readonly hint = 'docs/configuration.md lists every setting.';
  readonly problems: readonly string[];
  constructor(file: string, problems: readonly string[]) {
    super(`${file} has ${problems.length} problem(s):\n${problems.map((one) => `  ${one}`).join('\n')}`);
    this.problems = problems;
  }
}

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'lower case letters, digits and hyphens, 1 to 63, a letter first');
const port = z.int().min(1).max(65_535).describe('TCP port; also part of the name of the socket.');

/** Secrets stand in files, never in the configuration itself. */
const credentials = z.strictObject({
  user: z.string().min(1).describe('PostgreSQL role.'),
  passwordFile: absolutePath
    .optional()
    .describe(
      'File that holds the password and nothing else. Left out: pg_hba.conf lets us in by other means.',
    ),
});

const instance = z.strictObject({
  name: name.describe('Unique in its cluster, for example `main-1`.'),
  host: z.string().min(1).describe('Host name, address, or absolute path of a socket directory.'),
  port: port.default(5432),
  control: SERVER_CONTROL,
});
const stanza = z.strictObject({
  name: name.describe('pgBackRest stanza.'),
  configFile: absolutePath.describe(
    'pgbackrest.conf that names the stanza, its repository and cipher passphrase.',
  ),
  binary: z.string().default('pgbackrest').describe('pgBackRest program.'),
  repositories: REPOSITORIES.optional().describe(
    'Repositories, the first is the default; written into `configFile`. Left out: those that it names.',
  ),
});
const shardSettings = z.strictObject({
  weight: z.int().min(1).max(10_000).default(100).describe('What it should hold in proportion to others.'),
  capacityBytes: z.int().min(1).optional().describe('Above it the shard is FULL. Left out: no limit.'),
  region: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('Where it stands, for organizations that may not leave it.'),
});
const cluster = z.strictObject({
  name: name.describe('What people type, for example `main`.'),
  database: z.string().min(1).default('sunday').describe("The product's database on this cluster."),
  instances: z
    .array(instance)
    .min(1)
    .max(32)
    .describe('All servers; which one is the primary is found out live.'),
  operator: credentials.describe('Role that owns the product database; runs migrations.'),
  monitor: credentials.describe('Role with pg_monitor; reads state.'),
  pooler: POOLER_SETTINGS,
  stanza: stanza.optional().describe('Left out: this cluster has no backups, and says so.'),
  mover: credentials
    .optional()
    .describe(
      'Role that makes subscriptions for moves of organizations and for shared tables: a superuser on PostgreSQL 15. Left out: none come or go.',
    ),
  shard: z
    .union([z.boolean(), shardSettings])
    .default(false)
    .describe('Whether it holds organizations; `true` or an object with weight, capacityBytes and region.'),
});

const file = z.strictObject({
  control: z
    .strictObject({
      host: z.string().min(1).describe('Host name, address, or absolute path of a socket directory.'),
      port: port.default(5432),
      database: z.string().min(1).default('sunday_control').describe('Owned by `user`, for us alone.'),
      ...credentials.shape,
    })
    .describe("The control plane's own database."),
  redis: OWN_REDIS,
  postgresBinaries: absolutePath
    .default('/usr/lib/postgresql/15/bin')
    .describe('Directory of postgres and pg_ctl, used to start a restored server for its proof.'),
  runDirectory: absolutePath
    .default('/tmp')
    .describe('Short path for the sockets of restored servers (a socket path has at most 107 bytes).'),
  clusters: z.array(cluster).min(1).max(500).describe('Everything that is operated.'),
  sharedTablesHome: name
    .optional()
    .describe(
      'Cluster on which tables that all shards share (users, roles) are written. Left out: the first one.',
    ),
  backups: BACKUP_SETTINGS,
  partitions: PARTITION_SETTINGS,
  platform: PLATFORM_SETTINGS,
  health: HEALTH_SETTINGS,
  operations: OPERATION_SETTINGS,
  events: EVENT_SETTINGS,
  limits: LIMIT_SETTINGS,
});

export type FleetFile = z.input<typeof file>;
export type FleetConfig = z.output<typeof file>;
export type ClusterConfig = FleetConfig['clusters'][number];
export type InstanceConfig = ClusterConfig['instances'][number];
export type StanzaConfig = NonNullable<ClusterConfig['stanza']>;
export type Credentials = z.output<typeof credentials>;
export const FLEET_FILE_SCHEMA = file;

/**
 * Reads and checks a `sunday.yaml`.
 *
 * @throws {InvalidConfigError} with every problem and its path in the file.
 */
export function readFleetFile(path: string): FleetConfig {
  if (!existsSync(path)) throw new InvalidConfigError(path, ['the file does not exist']);
  const document = parseDocument(readFileSync(path, 'utf8'));
  if (document.errors.length > 0)
    throw new InvalidConfigError(
      path,
      document.errors.map((one) => one.message),
    );
  const parsed = file.safeParse(document.toJS());
  if (!parsed.success) {
    throw new InvalidConfigError(
      path,
      parsed.error.issues.map((issue) => `${toPath(issue.path) || 'top level'}: ${issue.message}`),
    );
  }
  const problems = listProblems(parsed.data);
  if (problems.length > 0) throw new InvalidConfigError(path, problems);
  return parsed.data;
}

/** The password in `passwordFile`, without its last line break; undefined when none is configured. */
export function readPassword(credentials: {
  readonly passwordFile?: string | undefined;
}): string | undefined {
  return credentials.passwordFile === undefined
    ? undefined
    : readFileSync(credentials.passwordFile, 'utf8').replace(/\r?\n$/, '');
}

/** An environment variable that a setting names. */
export function readVariable(name: string): string | undefined {
  return process.env[name];
}

const text = z.string().min(1);
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const apiPort = z.coerce.number().int().min(0).max(65_535).default(4000);

const environment = z.object({
  HOST: text.default('127.0.0.1').describe('Address the API listens on.'),
  PORT: apiPort.describe('Port the API listens on; 0 lets the system choose one.'),
  SUNDAY_HOME: text.default('.sunday').describe('Directory of the embedded fleet; normally in the checkout.'),
  SUNDAY_CONFIG: text.optional().describe('Path of a `sunday.yaml`. Left out: the embedded fleet.'),
  SUNDAY_REPOSITORIES: text
    .optional()
    .describe(
      'Path of a YAML file: a list of repositories that the embedded fleet has besides its directory, each as in `clusters[].stanza.repositories`.',
    ),
  SUNDAY_URL: text.optional().describe('For `sunday`: the API. Left out: that of the embedded fleet.'),
  SUNDAY_TOKEN: text.optional().describe('For `sunday`: the token. Left out: that of the embedded fleet.'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Least severe log line that is written.'),
  NODE_ENV: z.string().default('development').describe('`production` turns GraphiQL off.'),
});
export const ENVIRONMENT_SCHEMA = environment;

export interface Environment {
  /** Address the API listens on. */
  readonly host: string;
  /** 0 lets the system choose one. */
  readonly port: number;
  /** Absolute path of the embedded fleet. */
  readonly home: string;
  /** Absolute path of `sunday.yaml`; null means the embedded fleet. */
  readonly fleetFile: string | null;
  /** Absolute path of a list of further repositories of the embedded fleet; null: it has its directory alone. */
  readonly repositoriesFile: string | null;
  /** For the CLI: the API to talk to and the token; null means those of `home`. */
  readonly url: string | null;
  readonly token: string | null;
  readonly logLevel: string;
  /** GraphiQL is served outside production only. */
  readonly isProduction: boolean;
}

/** @throws {InvalidConfigError} with every variable that is wrong. */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const parsed = environment.safeParse(variables);
  if (!parsed.success) {
    throw new InvalidConfigError(
      'the environment',
      parsed.error.issues.map((one) => `${toPath(one.path)}: ${one.message}`),
    );
  }
  const { HOST, PORT, SUNDAY_HOME, SUNDAY_CONFIG, SUNDAY_URL, SUNDAY_TOKEN, LOG_LEVEL, NODE_ENV } =
    parsed.data;
  const { SUNDAY_REPOSITORIES } = parsed.data;
  return {
    host: HOST,
    port: PORT,
    home: resolve(SUNDAY_HOME),
    fleetFile: SUNDAY_CONFIG === undefined ? null : resolve(SUNDAY_CONFIG),
    repositoriesFile: SUNDAY_REPOSITORIES === undefined ? null : resolve(SUNDAY_REPOSITORIES),
    url: SUNDAY_URL ?? null,
    token: SUNDAY_TOKEN ?? null,
    logLevel: LOG_LEVEL,
    isProduction: NODE_ENV === 'production',
  };
}
