import {
  MoveNotFoundError,
  MoveRefusedError,
  MoveStateError,
  OrganizationMovingError,
  OrganizationNotFoundError,
  ShardNotFoundError,
} from '../src/moves/errors.ts';
import {
  CHECK_STATES,
  CUTOVER_MODES,
  type CutoverMode,
  type CutoverWindow,
  MOVE_STATES,
  type MoveCheck,
  type MovePause,
  type MoveState,
  type MoveTable,
  type MoveVerification,
  type OrganizationMove,
  TABLE_STATES,
} from '../src/moves/moves.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';

const STATES: Record<MoveState, string> = {
  PREFLIGHT: 'Everything that could go wrong is looked at; nothing is made.',
  COPYING: 'The target copies the tables.',
  CATCHING_UP: 'All tables are there; the stream nears the source.',
  VERIFYING: 'Both sides are compared, row by row, as they were at one moment.',
  READY: 'Equal, and kept equal; the source is still the home.',
  CUTOVER: 'Writers wait, or have just been sent to the target.',
  REVERSIBLE: 'The target is the home, and the source is kept equal.',
  COMPLETED: 'The rows on the source are gone. The end.',
  ABORTED: 'Nothing was moved, and nothing of it is left. The end.',
  REVERSED: 'The source is the home again, the rows on the target are gone. The end.',
};
const CHECKS: Record<MoveCheck['state'], string> = {
  OK: 'Looked at, and right.',
  WARNING: 'It may go wrong, or take longer.',
  FAILED: 'The move would fail, so it is not begun.',
  UNKNOWN: 'It could not be looked at; the detail says why.',
};
const TABLES: Record<MoveTable['state'], string> = {
  WAITING: 'Its copy has not begun.',
  COPYING: 'Its rows are being copied.',
  COPIED: 'Its rows are there; what was changed meanwhile is being applied.',
  STREAMING: 'It follows the source.',
};
const MODES: Record<CutoverMode, string> = {
  AUTOMATIC: 'As soon as both sides are proven equal, or when its window opens.',
  MANUAL: 'Waits in READY for `cutoverOrganizationMove`.',
};

function enumOf<Value extends string>(values: readonly Value[], descriptions: Record<Value, string>) {
  return Object.fromEntries(
    values.map((value) => [value, { value, description: descriptions[value] }]),
  ) as Record<Value, { value: Value; description: string }>;
}

export const MoveStateRef = builder.enumType('OrganizationMoveState', {
  description: 'Where a move is on its way.',
  values: enumOf(MOVE_STATES, STATES),
});
const MoveCheckStateRef = builder.enumType('OrganizationMoveCheckState', {
  description: 'What a look before a move came to.',
  values: enumOf(CHECK_STATES, CHECKS),
});
const MoveTableStateRef = builder.enumType('OrganizationMoveTableState', {
  description: 'How far one table of a move is.',
  values: enumOf(TABLE_STATES, TABLES),
});
export const CutoverModeRef = builder.enumType('CutoverMode', {
  description: 'When the home changes.',
  values: enumOf(CUTOVER_MODES, MODES),
});

export const MoveCheckRef = builder.objectRef<MoveCheck>('OrganizationMoveCheck').implement({
  description: 'One thing that has gone wrong in moves before, and whether it would now.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What was looked at, e.g. `REPLICA_IDENTITY`.' }),
    state: t.expose('state', { type: MoveCheckStateRef, description: 'What it came to.' }),
    detail: t.exposeString('detail', { description: 'What was found, as one sentence.' }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'What to do; null when nothing is to be done.',
    }),
  }),
});

const MoveTableRef = builder.objectRef<MoveTable>('OrganizationMoveTable').implement({
  description: 'How far one table is.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the table; a partitioned one is one.' }),
    state: t.expose('state', { type: MoveTableStateRef, description: 'How far it is.' }),
    rows: t.exposeFloat('rows', { description: 'Rows of the organization, counted before the copy.' }),
    rowsCopied: t.exposeFloat('rowsCopied', { description: 'Rows that are there.' }),
    bytesCopied: t.exposeFloat('bytesCopied', {
      nullable: true,
      description: 'Bytes that have come; null unless its copy is running: nobody says it otherwise.',
    }),
  }),
});

const MoveVerificationRef = builder.objectRef<MoveVerification>('OrganizationMoveVerification').implement({
  description: 'One comparison of all rows of both sides, as they were at one moment.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When it ended.', resolve: ({ at }) => new Date(at) }),
    isAfterCutover: t.boolean({
      description: 'False: the target followed the source. True: the source followed the target.',
      resolve: ({ direction }) => direction === 'REVERSE',
    }),
    isEqual: t.exposeBoolean('isEqual', {
      description: 'Every row was the same, and no reference led nowhere.',
    }),
    rows: t.exposeFloat('rows', { description: 'Rows that were compared.' }),
    tables: t.exposeInt('tables', { description: 'Tables that were compared.' }),
    differences: t.exposeStringList('differences', { description: 'What was not the same; at most 20.' }),
  }),
});

const MovePauseRef = builder.objectRef<MovePause>('OrganizationMovePause').implement({
  description: 'How long writers of the organization had to wait, once.',
  fields: (t) => ({
    at: t.field({ type: 'DateTime', description: 'When it was over.', resolve: ({ at }) => new Date(at) }),
    reason: t.exposeString('reason', {
      description: 'VERIFY: for the moment of a comparison; CUTOVER; REVERSE: for the way back.',
    }),
    milliseconds: t.exposeFloat('milliseconds', { description: 'From our lock until they could go on.' }),
  }),
});

export const CutoverWindowRef = builder.objectRef<CutoverWindow>('CutoverWindow').implement({
  description: 'A time of each day, in UTC; one that ends before it begins goes over midnight.',
  fields: (t) => ({
    from: t.exposeString('from', { description: 'Begin, `HH:MM`.' }),
    to: t.exposeString('to', { description: 'End, `HH:MM`.' }),
  }),
});

/** `operation` is an edge: resolvers add it. */
export const OrganizationMoveRef = builder.node(builder.objectRef<OrganizationMove>('OrganizationMove'), {
  description: 'One organization on its way from a shard to another.',
  id: { resolve: ({ id }) => id, description: 'Global id; the mutations of moves take it.' },
  fields: (t) => ({
    organizationId: t.exposeString('organization', { description: 'Id of the organization.' }),
    fromShard: t.exposeString('fromShard', { description: 'Shard it comes from.' }),
    toShard: t.exposeString('toShard', { description: 'Shard it goes to.' }),
    state: t.expose('state', { type: MoveStateRef, description: 'Where it is on its way.' }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'Why it does not go on, or ended without having moved anything; null when all is well.',
    }),
    cutover: t.field({
      type: CutoverModeRef,
      description: 'When the home changes.',
      resolve: ({ settings }) => settings.cutover,
    }),
    pauseBudgetMs: t.int({
      description: 'Longest pause of writers, in milliseconds; a cutover that would break it gives up.',
      resolve: ({ settings }) => settings.pauseBudgetMs,
    }),
    window: t.field({
      type: CutoverWindowRef,
      nullable: true,
      description: 'When it may be cut over; null: at any time.',
      resolve: ({ settings }) => settings.window,
    }),
    checks: t.field({
      type: [MoveCheckRef],
      description: 'What was looked at before anything was made.',
      resolve: ({ checks }) => checks,
    }),
    tables: t.field({
      type: [MoveTableRef],
      description: 'How far each table is.',
      resolve: ({ tables }) => tables,
    }),
    verifications: t.field({
      type: [MoveVerificationRef],
      description: 'Comparisons of both sides, oldest first.',
      resolve: ({ verifications }) => verifications,
    }),
    pauses: t.field({
      type: [MovePauseRef],
      description: 'How long writers had to wait, oldest first.',
      resolve: ({ pauses }) => pauses,
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was begun.' }),
    cutOverAt: t.expose('cutOverAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the home changed; null when it has not.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null while it has not.',
    }),
  }),
});

builder.objectFields(OrganizationMoveRef, (t) => ({
  fractionCopied: t.float({
    nullable: true,
    description: 'Rows that are on the target, 0 to 1; null before they are counted.',
    resolve: ({ tables }) => fractionOf(tables),
  }),
}));

function fractionOf(tables: readonly MoveTable[]): number | null {
  const total = tables.reduce((sum, one) => sum + one.rows, 0);
  return total === 0 ? null : Math.min(1, tables.reduce((sum, one) => sum + one.rowsCopied, 0) / total);
}

export const OrganizationMoveConnectionRef = builder.connectionObject(
  {
    type: OrganizationMoveRef,
    name: 'OrganizationMoveConnection',
    description: 'One page of moves, newest first.',
  },
  { description: 'One move and its place in the list.' },
);

errorType(OrganizationNotFoundError, { description: 'The directory knows no such organization.' });
errorType(ShardNotFoundError, { description: 'No shard has that name.' });
errorType(MoveNotFoundError, { description: 'No move has that id.' });
errorType(OrganizationMovingError, {
  description: 'The organization is on its way already.',
  fields: (t) => ({ moveId: t.exposeString('moveId', { description: 'Id of that move.' }) }),
});
errorType(MoveStateError, {
  description: 'The move is not in a state in which this can be done.',
  fields: (t) => ({ state: t.expose('state', { type: MoveStateRef, description: 'The state it is in.' }) }),
});
errorType(MoveRefusedError, {
  description: 'Something that was looked at would let the move fail.',
  fields: (t) => ({
    checks: t.field({ type: [MoveCheckRef], description: 'What failed.', resolve: ({ checks }) => checks }),
  }),
});
