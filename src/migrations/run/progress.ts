import type { Progress } from '../../operations/define.ts';
import { describeBlocker } from '../../postgres/blockers.ts';
import type { MigrationProgress, StatementPlace } from './run.ts';

export interface ProgressTitle {
  /** E.g. `002_indexes`. */
  readonly title: string;
  /** Of the migrations of the operation; counts from 0. */
  readonly index: number;
  readonly total: number;
}

/** What the runner reports, in the words of operations. A message is one line. */
export function describeProgress(at: MigrationProgress, { title, index, total }: ProgressTitle): Progress {
  const message = describe(at, `${title} (${index + 1} of ${total})`);
  // Who is in the way changes nothing about how far it is; a retry goes back to the first statement.
  return at.phase === 'BLOCKED' ? { message } : { fractionDone: (index + fractionOf(at)) / total, message };
}

function describe(at: MigrationProgress, which: string): string {
  switch (at.phase) {
    case 'WAITING':
      return `waiting for another runner before ${which}`;
    case 'APPLYING':
      return `applying ${which}`;
    case 'APPLIED':
      return `applied ${which}`;
    case 'ROLLING_BACK':
      return `rolling back ${which}`;
    case 'ROLLED_BACK':
      return `rolled back ${which}`;
    case 'STATEMENT':
      return `${which}: ${placeOf(at.statement)}`;
    case 'BLOCKED': {
      const who = at.wait.blockers.map(describeBlocker).join('; ');
      const what = at.wait.relation === null ? '' : ` for ${at.wait.relation}`;
      return `${which}: ${placeOf(at.statement)} waits${what}; in its way: ${who}`;
    }
    case 'BUILDING':
      return `${which}: ${placeOf(at.statement)}: index ${at.build.index}: ${at.build.phase}${percentOf(at.build.fractionDone)}`;
    case 'RETRYING':
      return `${which}: attempt ${at.attempt} did not get its locks (${at.sqlState}), again in ${at.delayMs} ms`;
  }
}

function placeOf({ number, count, line }: StatementPlace): string {
  return `statement ${number} of ${count}, line ${line}`;
}

function percentOf(fraction: number | null): string {
  return fraction === null ? '' : `, ${Math.round(fraction * 100)} %`;
}

/** Of this migration, 0 to 1: the statements behind us. */
function fractionOf(at: MigrationProgress): number {
  if (at.phase === 'APPLIED' || at.phase === 'ROLLED_BACK') return 1;
  return at.phase === 'STATEMENT' || at.phase === 'BUILDING'
    ? (at.statement.number - 1) / at.statement.count
    : 0;
}
