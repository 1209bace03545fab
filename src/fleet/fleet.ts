import type { StanzaConfig } from '../config.ts';
import { SundayError } from '../errors.ts';
import type { ConnectionOptions, Database } from '../postgres/pool.ts';

/** One PostgreSQL server we are told of. What it does now is found out live. */
export interface Instance {
  readonly cluster: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** A primary and its standbys. */
export interface Cluster {
  readonly name: string;
  /** The product's database on it. */
  readonly database: string;
  readonly instances: readonly Instance[];
  /** Null: it has no backups. */
  readonly stanza: StanzaConfig | null;
  /** Whether it is there to hold a part of the organizations. */
  readonly isShard: boolean;
}

/** All clusters, and the ways into them. Pools are kept by the fleet and closed with it. */
export interface Fleet {
  list(): readonly Cluster[];
  find(name: string): Cluster | null;
  /** @throws {ClusterNotFoundError} */
  get(name: string): Cluster;
  /** A pool of one instance for reading its state, with the role that has pg_monitor. */
  monitor(instance: Instance): Database;
  /** The same role on one connection that nobody else uses, for looks that come again and again. */
  collector(instance: Instance): Database;
  /** A pool of one instance with the role that owns the product's database, for what concerns that server only. */
  operator(instance: Instance): Database;
  /**
   * A pool of the instance that is the primary now, with the role that owns the product's database.
   *
   * @throws {ClusterNotFoundError} @throws {DatabaseUnavailableError} when no instance says that it is the primary.
   */
  primary(cluster: string): Promise<Database>;
  /** How a tool like pg_dump reaches the same server with the same role. @throws what `primary` does. */
  primaryLogin(cluster: string): Promise<Login>;
  /**
   * The same for the role that makes subscriptions.
   *
   * @throws {MoverMissingError} when the configuration names none, and what `primary` does.
   */
  moverLogin(cluster: string): Promise<Login>;
  close(): Promise<void>;
}

/** The password is a secret: it goes into files of mode 0600, never into arguments or logs. */
export type Login = Pick<ConnectionOptions, 'host' | 'port' | 'database' | 'user' | 'password'>;

/** Nobody may make subscriptions on the cluster, so that nothing can be replicated to it or from it. */
export class MoverMissingError extends SundayError {
  readonly code = 'MOVER_MISSING';
  override readonly hint =
    'Name a role as `mover` of the cluster in sunday.yaml: a superuser on PostgreSQL 15.';
  constructor(cluster: string) {
    super(`cluster ${cluster} has no mover`);
  }
}

export class ClusterNotFoundError extends SundayError {
  readonly code = 'CLUSTER_NOT_FOUND';
  override readonly argument = ['input', 'cluster'];
  override readonly hint: string;
  constructor(name: string, known: readonly string[]) {
    super(`there is no cluster ${name}`);
    this.hint = known.length === 0 ? 'No cluster is configured.' : `Known clusters: ${known.join(', ')}.`;
  }
}

export class InstanceNotFoundError extends SundayError {
  readonly code = 'INSTANCE_NOT_FOUND';
  override readonly argument = ['input', 'instance'];
  override readonly hint: string;
  constructor(cluster: string, name: string, known: readonly string[]) {
    super(`cluster ${cluster} has no instance ${name}`);
    this.hint = `Its instances: ${known.join(', ')}.`;
  }
}
