import type { Finding } from '../analysis.ts';
import { BATCH_ROWS, type Work } from '../effects.ts';
import { blocksWrites, isStronger } from '../lock-modes.ts';
import { splitName, type World } from '../world.ts';
import type { AnalyzedScript, Step } from './rule.ts';

/** What only shows when all statements are seen together. `world` is the one after the last of them. */
export function checkScript(
  steps: readonly Step[],
  script: AnalyzedScript,
  world: World,
): readonly Finding[] {
  const isOne = script.transaction === 'ONE';
  return [
    ...(isOne ? lockHeldDuringWork(steps) : []),
    ...(isOne ? severalStrongLocks(steps) : []),
    ...missingTimeout(steps, script),
    ...unlikeSiblings(steps, world),
  ];
}

/** Of tables that others use: closed to writers by the statement, and not small. */
interface Closed {
  readonly table: string;
  readonly line: number;
}

function closedBy(step: Step, weights: ReadonlyMap<string, string>): readonly Closed[] {
  return step.locks
    .filter((one) => !one.isNew && blocksWrites(one.mode) && weights.get(one.table) !== 'SMALL')
    .map((one) => ({ table: one.table, line: step.statement.line }));
}

/** The weight of each table when it is first touched: the script may rename or drop it later. */
function weightsOf(steps: readonly Step[]): ReadonlyMap<string, string> {
  const weights = new Map<string, string>();
  for (const { weights: now } of steps)
    for (const [table, weight] of now) if (!weights.has(table)) weights.set(table, weight);
  return weights;
}

/** A lock lasts until the commit: what comes after it in the same transaction is waited for too. */
function lockHeldDuringWork(steps: readonly Step[]): readonly Finding[] {
  const weights = weightsOf(steps);
  return steps.flatMap((step, at) => {
    const heavy = step.work.find((one) => isHeavy(one, weights));
    const closed = steps.slice(0, at).flatMap((one) => closedBy(one, weights))[0];
    if (!heavy || !closed) return [];
    return [
      {
        rule: 'lock-held-during-work',
        severity: 'WARNING' as const,
        message: `${closed.table}, closed by line ${closed.line}, stays closed until this is done: ${heavy.reason} (${heavy.table})`,
        hint: 'Put it into a migration of its own, after this one.',
        line: step.statement.line,
      },
    ];
  });
}

function isHeavy({ table, effect, rows }: Work, weights: ReadonlyMap<string, string>): boolean {
  const isBig = weights.get(table) === 'BIG' || weights.get(table) === 'UNKNOWN';
  if (effect === 'DATA') return isBig && (rows === undefined || rows === null || rows > BATCH_ROWS);
  return isBig && /SCAN|INDEX_BUILD|REWRITE/.test(effect);
}

/** Each is held while the next is waited for: the recipe of a deadlock, and all are closed as long as the slowest. */
function severalStrongLocks(steps: readonly Step[]): readonly Finding[] {
  const weights = weightsOf(steps);
  const first = steps.findIndex((one) => closedBy(one, weights).length > 0);
  const held = new Set(steps[first] ? closedBy(steps[first], weights).map((one) => one.table) : []);
  const next = steps
    .slice(first + 1)
    .find((one) => closedBy(one, weights).some(({ table }) => !held.has(table)));
  if (first === -1 || !next) return [];
  return [
    {
      rule: 'several-strong-locks',
      severity: 'WARNING',
      message: `it waits for another table while ${[...held].join(', ')} is closed since line ${steps[first]?.statement.line ?? 0}`,
      hint: 'One migration for each table: a lock that is waited for then stops nobody else.',
      line: next.statement.line,
    },
  ];
}

function missingTimeout(steps: readonly Step[], script: AnalyzedScript): readonly Finding[] {
  if (script.lockTimeoutMs !== null && script.lockTimeoutMs > 0) return [];
  const first = steps.find((step) =>
    step.locks.some((one) => !one.isNew && isStronger(one.mode, 'ROW EXCLUSIVE')),
  );
  if (!first) return [];
  return [
    {
      rule: 'require-timeout-settings',
      severity: 'WARNING',
      message:
        'without a lock timeout everybody who comes behind a waiting statement waits as long as it does',
      hint: 'Declare `-- lock-timeout: 500ms` in the header.',
      line: first.statement.line,
    },
  ];
}

/** A table that lacks what all its known neighbours have: row security, or an index as replica identity. */
function unlikeSiblings(steps: readonly Step[], world: World): readonly Finding[] {
  return steps.flatMap(({ statement, locks }) => {
    if (statement.kind !== 'CreateStmt') return [];
    const made = world.find(locks[0]?.table ?? '');
    const siblings = [...(world.facts?.relations.values() ?? [])].filter(
      (one) => /[rp]/.test(one.kind) && splitName(one.name).schema === splitName(made?.name ?? '.').schema,
    );
    if (!made || siblings.length === 0) return [];
    const lacks = [
      ...(!made.hasRowSecurity && siblings.every((one) => one.hasRowSecurity) ? ['row security'] : []),
      ...(made.replicaIdentity === 'd' && siblings.every((one) => one.replicaIdentity === 'i')
        ? ['a replica identity with the tenant']
        : []),
    ];
    return lacks.map((what) => ({
      rule: 'unlike-its-siblings',
      severity: 'INFO' as const,
      message: `${made.name} has not ${what}, which its neighbours have`,
      hint: 'Give it the same, in the same migration.',
      line: statement.line,
    }));
  });
}
