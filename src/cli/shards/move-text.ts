import { formatCount, formatFraction, formatTime, NOTHING, toShortId } from '../terminal/format.ts';
import type {
  MoveLeftoversQuery,
  MoveOrganizationMutation,
  OrganizationMoveQuery,
  OrganizationMovesQuery,
} from '../generated/graphql.ts';
import { type Colour, formatPairs, formatTable, type Terminal, right } from '../terminal/terminal.ts';

type Line = OrganizationMovesQuery['organizationMoves']['edges'][number]['node'];
type Move = NonNullable<OrganizationMoveQuery['organizationMove']>;
type Check = Move['checks'][number];
type Plan = NonNullable<
  Extract<MoveOrganizationMutation['moveOrganization'], { __typename: 'MoveOrganizationSuccess' }>['plan']
>;

const COLOURS: Record<Line['state'], Colour> = {
  ...{ PREFLIGHT: 'cyan', COPYING: 'cyan', CATCHING_UP: 'cyan', VERIFYING: 'cyan', CUTOVER: 'cyan' },
  ...{ READY: 'yellow', REVERSIBLE: 'yellow', COMPLETED: 'green', REVERSED: 'dim', ABORTED: 'red' },
};
const CHECK_COLOURS: Record<Check['state'], Colour> = {
  ...{ OK: 'green', WARNING: 'yellow', FAILED: 'red', UNKNOWN: 'dim' },
};

/** One line for each. */
export function formatMoves(moves: readonly Line[], terminal: Terminal): string {
  if (moves.length === 0) return 'no organization was moved yet';
  return formatTable(
    ['id', 'organization', 'from', 'to', 'state', right('copied'), right('pause'), 'started', 'problem'],
    moves.map((one) => [
      toShortId(one.id),
      one.organizationId,
      one.fromShard,
      one.toShard,
      terminal.paint(COLOURS[one.state], one.state),
      formatFraction(one.fractionCopied),
      pauseOf(one),
      formatTime(one.startedAt),
      one.problem ?? NOTHING,
    ]),
  );
}

/** Of the last change of home. */
function pauseOf({ pauses }: Pick<Line, 'pauses'>): string {
  const last = pauses.findLast(({ reason }) => reason !== 'VERIFY');
  return last === undefined ? NOTHING : `${Math.round(last.milliseconds)} ms`;
}

/** Everything about one. */
export function describeMove(move: Move, terminal: Terminal): string {
  const verifications = move.verifications.map((one) => {
    const when = one.isAfterCutover ? 'after the cutover' : 'before the cutover';
    const what = one.isEqual ? 'equal' : one.differences.join('; ');
    return [
      `compared ${when}`,
      `${formatTime(one.at)}: ${formatCount(one.rows)} rows of ${one.tables} tables: ${what}`,
    ] as const;
  });
  const tables = move.tables.filter(({ rows }) => rows > 0);
  return [
    formatPairs([
      ['move', toShortId(move.id)],
      ['organization', move.organizationId],
      ['way', `${move.fromShard} to ${move.toShard}`],
      ['state', terminal.paint(COLOURS[move.state], move.state)],
      ['problem', move.problem ?? NOTHING],
      ['cutover', `${move.cutover}, writers wait for at most ${move.pauseBudgetMs} ms`],
      ['started', formatTime(move.startedAt)],
      ['cut over', formatTime(move.cutOverAt)],
      ['finished', formatTime(move.finishedAt)],
      ...move.pauses.map(
        ({ reason, milliseconds }) => [`pause (${reason})`, `${Math.round(milliseconds)} ms`] as const,
      ),
      ...verifications,
    ]),
    formatTable(
      ['table', 'state', right('rows'), right('copied')],
      tables.map((one) => [one.name, one.state, formatCount(one.rows), formatCount(one.rowsCopied)]),
    ),
    formatChecks(
      move.checks.filter(({ state }) => state !== 'OK'),
      terminal,
    ),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** What a move would meet. */
export function describePlan(plan: Plan, terminal: Terminal): string {
  const verdict = plan.isPossible ? 'possible' : 'not possible';
  return [
    `${plan.fromShard} to ${plan.toShard}, ${formatCount(plan.rows)} rows: ${verdict}`,
    formatChecks(plan.checks, terminal),
  ].join('\n\n');
}

function formatChecks(checks: readonly Check[], terminal: Terminal): string {
  if (checks.length === 0) return '';
  return formatTable(
    ['check', 'state', 'found'],
    checks.map(({ name, state, detail, hint }) => [
      name,
      terminal.paint(CHECK_COLOURS[state], state),
      hint === null ? detail : `${detail}. ${hint}`,
    ]),
  );
}

/** What is to be cleared away, and who did not answer. */
export function formatLeftovers({ found, unknown }: MoveLeftoversQuery['findMoveLeftovers']): string {
  const missing = unknown.map(({ shard, reason }) => `${shard} did not answer: ${reason}`);
  if (found.length === 0) return ['nothing is left of any move', ...missing].join('\n');
  const table = formatTable(
    ['shard', 'kind', 'name'],
    found.map(({ shard, kind, name }) => [shard, kind, name]),
  );
  return [table, ...missing].join('\n');
}
