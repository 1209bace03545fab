import type { GraphQLSchema } from 'graphql';
import type { FleetConfig, Environment } from '../config.ts';
import type { Log } from '../log.ts';
import type { Services } from '../services.ts';

/** What the configuration says, and what tests turn down to see a limit at work. */
export type Limits = FleetConfig['limits'] & Partial<Tuning>;

export interface Tuning {
  /** How long a client may read nothing while something waits for it. */
  readonly slowConsumerMs: number;
  /** How often long connections are looked at. */
  readonly sweepMs: number;
  /** How long a websocket client may take to say who it is. */
  readonly connectionInitMs: number;
  /** How long `close` waits for requests that are under way. */
  readonly drainMs: number;
  /** Websockets that one token may have open on one server. */
  readonly maxSocketsPerPrincipal: number;
}

const DEFAULT_TUNING: Tuning = {
  slowConsumerMs: 8_000,
  sweepMs: 1_000,
  connectionInitMs: 5_000,
  drainMs: 10_000,
  maxSocketsPerPrincipal: 100,
};

export interface ServerOptions {
  readonly services: Services;
  readonly schema: GraphQLSchema;
  readonly environment: Pick<Environment, 'isProduction'>;
  readonly limits: Limits;
  readonly log: Log;
  /** What must work before this server should get requests; each is given two seconds. Throws when it does not. */
  readonly readiness: Readonly<Record<string, () => Promise<unknown>>>;
}

/** The same with every limit filled in. */
export interface Settings extends Omit<ServerOptions, 'limits'> {
  readonly limits: FleetConfig['limits'] & Tuning;
}

export function toSettings(options: ServerOptions): Settings {
  return { ...options, limits: { ...DEFAULT_TUNING, ...options.limits } };
}
