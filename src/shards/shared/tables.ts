/** Tables that belong to no organization and are equal on all shards, parents before children. */
export const SHARED_TABLES = ['users', 'roles', 'role_permissions', 'board_templates'] as const;
export type SharedTable = (typeof SHARED_TABLES)[number];

/** Of the publication at the home, and of the subscription on each shard. */
export const SHARED_STREAM = 'sunday_shared';

/** The slot at the home through which a shard follows. */
export const slotOf = (shard: string): string => `sunday_shared_${shard.replaceAll('-', '_')}`;

/**
 * | state       | means                                                                          |
 * |-------------|--------------------------------------------------------------------------------|
 * | HOME        | here they are written                                                          |
 * | EQUAL       | the rows are those of the home                                                 |
 * | BEHIND      | they are not, but the stream is still bringing changes                         |
 * | DIFFERENT   | they are not, and nothing is on its way                                        |
 * | BROKEN      | the stream has stopped: the shard refused a row                                |
 * | NOT_SET_UP  | the shard does not follow the home                                             |
 * | UNKNOWN     | one of both did not answer, or the tables are not there                        |
 */
export const SHARED_STATES = [
  'HOME',
  'EQUAL',
  'BEHIND',
  'DIFFERENT',
  'BROKEN',
  'NOT_SET_UP',
  'UNKNOWN',
] as const;

/** Whether the shared tables of a shard are those of the home. */
export interface SharedTablesState {
  readonly shard: string;
  readonly home: string;
  readonly state: (typeof SHARED_STATES)[number];
  /** Tables whose rows are not those of the home. */
  readonly different: readonly SharedTable[];
  /** Null when all is well. */
  readonly reason: string | null;
  readonly checkedAt: Date;
}
