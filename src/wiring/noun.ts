import type { Access } from '../access/access.ts';
import type { FleetConfig } from '../config.ts';
import type { EventLog } from '../events/events.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Log } from '../log.ts';
import type { Operations } from '../operations/service.ts';
import type { AnyDefinition } from '../operations/workflow.ts';
import type { Database } from '../postgres/pool.ts';
import type { DefaultSchedule } from '../schedules/defaults.ts';
import type { SchedulableKind } from '../schedules/kinds.ts';

/** What is there before any noun. */
export interface Ground {
  readonly config: FleetConfig;
  /** The control database, with our own migrations applied. */
  readonly db: Database;
  readonly events: EventLog;
  readonly fleet: Fleet;
  /** Unique for each process. */
  readonly workerId: string;
  /** The product's migrations. */
  readonly migrationsDirectory: string;
  /** Directories of our own, which no restore may touch. */
  readonly protectedDirectories: readonly string[];
  readonly log: Log;
}

/** What is there once the engine knows all kinds of operations. */
export interface Work {
  readonly operations: Operations;
  readonly recordAudit: Access['record'];
}

/** What a noun brings besides its services. */
export interface Connected<Nouns> {
  /** What resolvers see, under the names they have in `Services`. */
  readonly services: Nouns;
  /** What a schedule may start, each kind as its own mutation does it and for the scope that this needs. */
  readonly schedulable?: readonly SchedulableKind[];
  /** Schedules that are there from the first start on, until people change or delete them. */
  readonly defaultSchedules?: readonly DefaultSchedule[];
  /** What workers do again and again without anybody asking. */
  readonly background?: readonly Background[];
}

/** A noun on its way: first its kinds of operations, then, with the engine that runs them, the rest. */
export interface Wiring<Nouns> {
  readonly definitions: readonly AnyDefinition[];
  connect(work: Work): Connected<Nouns>;
}

/** Starts with a worker and stops before its engine does. */
export interface Background {
  readonly name: string;
  /** Must not throw for a server that is down. */
  start(): Promise<void>;
  /** Ends when what was under way has ended. */
  stop(): Promise<void>;
}
