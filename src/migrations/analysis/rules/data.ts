import { isBounded } from '../bounds.ts';
import { type Change, changesIn } from '../changes.ts';
import type { World } from '../world.ts';
import { advise, type Advice, findings, type Rule, type Step } from './rule.ts';

/** Changes of many rows at once: they lock each row until the end, swell the table and hold vacuum back everywhere. */
export const dataRules: readonly Rule[] = [backfill];

function backfill(step: Step) {
  return changesIn(step.statement).flatMap((change) => findings(step, check(change, step.world)));
}

function check(change: Change, world: World): Advice | null {
  const table = world.nameOf(change.table);
  if (change.verb === 'INSERT') {
    const [source] = change.sources;
    if (change.writtenRows !== null || source === undefined) return null;
    const name = world.nameOf(source);
    return name === table
      ? null
      : advise(world, name, advice(`every row of ${name} may be copied in one go`, 'WARNING'));
  }
  if (change.verb === 'COPY' || isBounded(change.where, table, world)) return null;
  return advise(
    world,
    table,
    advice(
      `${change.verb} of ${table} without a bound: it locks each row until the end of the transaction`,
      'DANGER',
    ),
  );
}

const advice = (message: string, severity: Advice['severity']): Advice => ({
  rule: 'unbatched-backfill',
  severity,
  message,
  hint: 'Change some thousand rows at a time by a range of the key, each batch in a transaction of its own.',
});
