import type { Command } from 'commander';
import { type CommandContext, runs, withCluster, withExamples } from './command.ts';
import { formatBytes, formatCount, formatDuration, NOTHING } from './terminal/format.ts';
import {
  ReplicationDocument,
  type ReplicationQuery,
  type ReplicationStreamLineFragment,
} from './generated/graphql.ts';
import { resolveCluster } from './session.ts';
import { type Column, formatTable, type Terminal, right } from './terminal/terminal.ts';

type Replication = ReplicationQuery['replication'];
type Stream = ReplicationStreamLineFragment;
type Slot = Replication['slots'][number];
type Subscription = Replication['subscriptions'][number];

const left = (title: string): Column => ({ title });

/** `sunday replication`. */
export function addReplication(program: Command, context: CommandContext): void {
  const replication = withCluster(program.command('replication')).description(
    'who sends what to whom: standbys, slots and subscriptions, and how far each is behind',
  );
  withExamples(replication, 'sunday replication', 'sunday replication --cluster main --json');
  runs<{ cluster?: string }>(replication, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const found = await session.client.request(ReplicationDocument, { cluster });
    session.show(found, () => formatReplication(found.replication, session.terminal));
  });
}

function formatReplication(found: Replication, terminal: Terminal): string {
  const { cluster, primary, endLsn, streams, slots, subscriptions } = found;
  const head =
    primary === null
      ? terminal.paint('red', `${cluster}: no instance alone says that it is the primary`)
      : `${cluster}: ${primary} is the primary, its log ends at ${endLsn ?? 'an unknown place'}`;
  return [
    [head, ...describeSilence(found, terminal)].join('\n'),
    streams.length === 0 ? 'Nothing is sent to anybody.' : formatStreams(streams, terminal),
    slots.length === 0 ? 'There are no slots.' : formatSlots(slots, terminal),
    ...(subscriptions.length === 0 ? [] : [formatSubscriptions(subscriptions, terminal)]),
  ].join('\n\n');
}

/** What is not told comes first: the tables below are without it. */
function describeSilence({ instances }: Replication, terminal: Terminal): readonly string[] {
  return instances.flatMap(({ name, state, reason, hint }) => [
    ...(reason === null
      ? []
      : [terminal.paint(state === 'UP' ? 'yellow' : 'red', `${name} is ${state}: UNKNOWN, ${reason}`)]),
    ...(hint === null ? [] : [`hint:  ${hint}`]),
  ]);
}

function formatStreams(streams: readonly Stream[], terminal: Terminal): string {
  return formatTable(
    [
      ...['to', 'from', 'state', 'sync'].map(left),
      ...['unsent', 'unwritten', 'unflushed', 'unreplayed', 'behind at most', 'heard'].map(right),
      left('note'),
    ],
    streams.map((one) => [
      one.instance ?? one.application ?? NOTHING,
      one.source ?? NOTHING,
      paintState(one, terminal),
      one.syncState ?? NOTHING,
      formatBytes(one.sentLagBytes),
      formatBytes(one.writeLagBytes),
      formatBytes(one.flushLagBytes),
      formatBytes(one.replayLagBytes),
      formatDuration(lagOf(one)),
      formatDuration(one.receiver?.lastMessageSeconds),
      describeNotes(one, terminal),
    ]),
  );
}

/** The sender says how long the last log took that was replayed, however long replay stands still; so the standby is believed. */
function lagOf({ replayLagBytes, replayLagSeconds, receiver }: Stream): number | null {
  if (replayLagBytes === null || replayLagBytes === '0') return replayLagSeconds;
  return receiver?.lastReplayedSeconds ?? replayLagSeconds;
}

function paintState({ source, state }: Stream, terminal: Terminal): string {
  if (source === null) return terminal.paint('red', 'not served');
  if (state === null) return 'UNKNOWN';
  return state === 'streaming' || state === 'backup' ? state : terminal.paint('yellow', state);
}

function describeNotes({ kind, reason, receiver }: Stream, terminal: Terminal): string {
  const conflicts = (receiver?.conflicts ?? []).filter(({ count }) => count > 0);
  return [
    ...(kind === 'LOGICAL' ? ['logical'] : []),
    ...(receiver?.isReplayPaused ? [terminal.paint('red', 'replay paused')] : []),
    ...(conflicts.length === 0
      ? []
      : [
          `conflicts: ${conflicts.map(({ kind: what, count }) => `${formatCount(count)} ${what}`).join(', ')}`,
        ]),
    ...(reason === null ? [] : [reason]),
  ].join('; ');
}

const OWNERS: Record<Slot['owner'], string> = {
  STANDBY: 'standby',
  MOVE: 'a move',
  SHARED_TABLES: 'shared tables',
  SUBSCRIPTION: 'subscription',
  CLIENT: 'client',
  NOBODY: 'nobody',
  UNKNOWN: 'UNKNOWN',
};

function formatSlots(slots: readonly Slot[], terminal: Terminal): string {
  return formatTable(
    [...['slot', 'on', 'type', 'read by', 'wal'].map(left), ...['keeps', 'left'].map(right), left('owner')],
    slots.map((one) => [
      one.name,
      one.instance,
      one.database === null ? one.type.toLowerCase() : `${one.type.toLowerCase()} of ${one.database}`,
      one.activePid === null ? terminal.paint('yellow', 'nobody') : String(one.activePid),
      paintWal(one.walStatus, terminal),
      formatBytes(one.retainedBytes),
      one.safeWalBytes === null ? 'no limit' : formatBytes(one.safeWalBytes),
      describeOwner(one, terminal),
    ]),
  );
}

function paintWal(status: string | null, terminal: Terminal): string {
  if (status === null) return NOTHING;
  if (status === 'reserved') return status;
  return terminal.paint(status === 'extended' ? 'yellow' : 'red', status);
}

function describeOwner({ owner, ownerName, because }: Slot, terminal: Terminal): string {
  const text = [OWNERS[owner], ...(ownerName === null ? [] : [ownerName])].join(' ');
  if (owner === 'NOBODY' || owner === 'UNKNOWN') return `${terminal.paint('red', text)}: ${because}`;
  return text;
}

function formatSubscriptions(subscriptions: readonly Subscription[], terminal: Terminal): string {
  return formatTable(
    [
      ...['subscription', 'on', 'database', 'state', 'received'].map(left),
      ...['heard', 'apply errors', 'copy errors'].map(right),
    ],
    subscriptions.map((one) => [
      one.name,
      one.instance,
      one.database,
      describeWorker(one, terminal),
      one.receivedLsn ?? NOTHING,
      formatDuration(one.lastMessageSeconds),
      formatErrors(one.applyErrors, terminal),
      formatErrors(one.copyErrors, terminal),
    ]),
  );
}

function describeWorker({ isEnabled, workerPid, copyWorkers }: Subscription, terminal: Terminal): string {
  if (!isEnabled) return terminal.paint('yellow', 'disabled');
  if (workerPid === null) return terminal.paint('red', 'no worker');
  return copyWorkers === 0 ? 'follows' : `follows, copies ${formatCount(copyWorkers)}`;
}

const formatErrors = (count: string, terminal: Terminal) =>
  count === '0' ? count : terminal.paint('red', count);
