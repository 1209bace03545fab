import type { MoveCheck } from '../moves.ts';
import type { Side, Sides } from '../sides.ts';
import { check, fail, listed, ok } from './found.ts';
import type { ServerFacts } from './probe.ts';

/** What both servers are, and what they have left. */
export function checkServers(
  { from, to }: Sides,
  source: ServerFacts,
  target: ServerFacts,
): readonly MoveCheck[] {
  const both = [
    { side: from, facts: source },
    { side: to, facts: target },
  ];
  const which = (wrong: (facts: ServerFacts) => boolean) =>
    both.filter(({ facts }) => wrong(facts)).map(({ side }) => side.shard);
  return [
    check(
      'VERSION',
      source.major === target.major
        ? ok(`both run PostgreSQL ${source.major}`)
        : fail(
            `${from.shard} runs PostgreSQL ${source.major}, ${to.shard} ${target.major}`,
            'Move between servers of one major version.',
          ),
    ),
    check(
      'ENCODING',
      source.encoding === target.encoding
        ? ok(source.encoding)
        : fail(`${source.encoding} is not ${target.encoding}`),
    ),
    check(
      'ROLE',
      listed(
        which((one) => !one.isSuperuser || !one.mayReplicate || !one.mayReadAllRows),
        {
          none: 'our role may make subscriptions and sees past row-level security',
          some: 'the mover role is no superuser with REPLICATION on',
          hint: 'PostgreSQL 15 lets only superusers make subscriptions; configure `mover` of the cluster.',
        },
      ),
    ),
    ...checkCapacity(both, target),
  ];
}

function checkCapacity(
  both: readonly { readonly side: Side; readonly facts: ServerFacts }[],
  target: ServerFacts,
): readonly MoveCheck[] {
  const which = (wrong: (facts: ServerFacts) => boolean) =>
    both.filter(({ facts }) => wrong(facts)).map(({ side }) => side.shard);
  const needed = 2 + target.maxSyncWorkers; // the stream, its way back, and what copies
  return [
    check(
      'WAL_LEVEL',
      listed(
        which((one) => one.walLevel !== 'logical'),
        {
          none: 'both write logical log',
          some: 'wal_level is not logical on',
          hint: "ALTER SYSTEM SET wal_level = 'logical', then restart.",
        },
      ),
    ),
    check(
      'WRITABLE',
      listed(
        which((one) => one.isReadOnly),
        {
          none: 'both take writes',
          some: 'read-only is',
          hint: 'Choose another target, or make it writable.',
        },
      ),
    ),
    check(
      'SLOTS',
      listed(
        which((one) => one.freeSlots < needed || one.freeSenders < needed),
        {
          none: `both have ${needed} free slots and senders`,
          some: `fewer than ${needed} of max_replication_slots or max_wal_senders are free on`,
          hint: 'Raise max_replication_slots and max_wal_senders, or wait for other moves.',
        },
      ),
    ),
    check(
      'WORKERS',
      listed(
        which((one) => one.freeWorkers < 2),
        {
          none: 'both have workers for logical replication',
          some: 'fewer than 2 workers for logical replication are free on',
          hint: 'Raise max_logical_replication_workers and max_worker_processes.',
        },
      ),
    ),
  ];
}
