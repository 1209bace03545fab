import {
  type ReplicationStream,
  STREAM_KINDS,
  type StreamKind,
} from '../src/performance/replication/replication.ts';
import type { ReceiverRow } from '../src/performance/replication/replication-probe.ts';
import { builder } from './builder.ts';

const KINDS: Record<StreamKind, string> = {
  PHYSICAL: 'The log as it is: to a standby, or to an archive.',
  LOGICAL: 'Changes of rows.',
  BACKUP: 'The files of the server, once.',
};

const StreamKindRef = builder.enumType('ReplicationStreamKind', {
  description: 'What a walsender sends.',
  values: Object.fromEntries(
    STREAM_KINDS.map((kind) => [kind, { value: kind, description: KINDS[kind] }]),
  ) as Record<StreamKind, { value: StreamKind; description: string }>,
});

const ConflictCountRef = builder
  .objectRef<ReceiverRow['conflicts'][number]>('ReplicationConflicts')
  .implement({
    description: 'Queries of a standby that were cancelled because replay could not wait for them.',
    fields: (t) => ({
      kind: t.exposeString('kind', {
        description: 'As in pg_stat_database_conflicts, e.g. `snapshot`, `lock`, `bufferpin`.',
      }),
      count: t.exposeFloat('count', {
        description: 'How many, in all databases, since its statistics began.',
      }),
    }),
  });

const ReceiverRef = builder.objectRef<ReceiverRow>('ReplicationReceiver').implement({
  description: 'What a standby says of what it receives and replays.',
  fields: (t) => ({
    status: t.exposeString('status', {
      nullable: true,
      description:
        'As in pg_stat_wal_receiver, e.g. `streaming`; `stopped` when none runs, null when we may not see it.',
    }),
    slotName: t.exposeString('slotName', {
      nullable: true,
      description: 'The slot that it streams through; null: none, or we may not see it.',
    }),
    receivedLsn: t.exposeString('receivedLsn', {
      nullable: true,
      description: 'Up to here it has received the log, and flushed it; null: nothing since its start.',
    }),
    replayedLsn: t.exposeString('replayedLsn', {
      nullable: true,
      description: 'Up to here it has replayed; null: nothing since its start.',
    }),
    waitingBytes: t.expose('waitingBytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Log that it has received and not replayed, in bytes; null when unknown.',
    }),
    lastMessageSeconds: t.exposeFloat('lastMessageSeconds', {
      nullable: true,
      description:
        'Seconds since its sender last said something; null: no receiver runs, or we may not see it.',
    }),
    lastReplayedSeconds: t.exposeFloat('lastReplayedSeconds', {
      nullable: true,
      description:
        'Age of the last transaction that it has replayed, in seconds; null: none since its start.',
    }),
    isReplayPaused: t.exposeBoolean('isReplayPaused', {
      description: 'True: somebody has paused it; it goes on with `SELECT pg_wal_replay_resume()`.',
    }),
    conflicts: t.expose('conflicts', {
      type: [ConflictCountRef],
      description: 'By kind; a kind that never came up has 0.',
    }),
  }),
});

const HIDDEN = 'Null when there is none, or when we may not see it.';

export const ReplicationStreamRef = builder.objectRef<ReplicationStream>('ReplicationStream').implement({
  description: 'A walsender and where it sends to; or a standby that no walsender of the cluster serves.',
  fields: (t) => ({
    instance: t.exposeString('instance', {
      nullable: true,
      description:
        'The standby of the cluster that it goes to, known by its slot or the name that it gives. Null: somebody else.',
    }),
    source: t.exposeString('source', {
      nullable: true,
      description: 'The instance that sends; null: none of those that answer does.',
    }),
    kind: t.expose('kind', { type: StreamKindRef, nullable: true, description: `What it sends. ${HIDDEN}` }),
    pid: t.exposeInt('pid', {
      nullable: true,
      description: 'Process id of the walsender; null without one.',
    }),
    application: t.exposeString('applicationName', {
      nullable: true,
      description: `What the receiver calls itself. ${HIDDEN}`,
    }),
    clientAddress: t.exposeString('clientAddress', {
      nullable: true,
      description: `Its address; null through a socket of the machine, too. ${HIDDEN}`,
    }),
    state: t.exposeString('state', {
      nullable: true,
      description: `As in pg_stat_replication: \`streaming\`, \`catchup\`, \`startup\`, \`backup\`, \`stopping\`. ${HIDDEN}`,
    }),
    syncState: t.exposeString('syncState', {
      nullable: true,
      description: `Whether commits wait for it, as in pg_stat_replication: they do for \`sync\` and \`quorum\`. ${HIDDEN}`,
    }),
    receiver: t.expose('receiver', {
      type: ReceiverRef,
      nullable: true,
      description: 'What the standby says; null when it does not answer, or is none of the cluster.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why something of it is not known, or why nobody sends; null when all is known.',
    }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'The GRANT that helps; null when none is needed.',
    }),
  }),
});

/** How far it is. */
builder.objectFields(ReplicationStreamRef, (t) => ({
  sentLsn: t.exposeString('sentLsn', {
    nullable: true,
    description: `Up to here the log is sent. ${HIDDEN}`,
  }),
  sentLagBytes: t.expose('sentLagBytes', {
    type: 'BigInt',
    nullable: true,
    description: `Log of the sender that is not yet sent, in bytes. ${HIDDEN}`,
  }),
  writeLsn: t.exposeString('writeLsn', {
    nullable: true,
    description: `Up to here the log is written by the standby. ${HIDDEN}`,
  }),
  writeLagBytes: t.expose('writeLagBytes', {
    type: 'BigInt',
    nullable: true,
    description: `Log of the sender that is not yet written by the standby, in bytes. ${HIDDEN}`,
  }),
  flushLsn: t.exposeString('flushLsn', {
    nullable: true,
    description: `Up to here the log is flushed to disk by it. ${HIDDEN}`,
  }),
  flushLagBytes: t.expose('flushLagBytes', {
    type: 'BigInt',
    nullable: true,
    description: `Log of the sender that is not yet flushed to disk by it, in bytes. ${HIDDEN}`,
  }),
  replayLsn: t.exposeString('replayLsn', {
    nullable: true,
    description: `Up to here the log is replayed by it. ${HIDDEN}`,
  }),
  replayLagBytes: t.expose('replayLagBytes', {
    type: 'BigInt',
    nullable: true,
    description: `Log of the sender that is not yet replayed by it, in bytes. ${HIDDEN}`,
  }),
  writeLagSeconds: t.exposeFloat('writeLagSeconds', {
    nullable: true,
    description: `Seconds from the sender's flush until the standby said that it had written it, by the last log that it did; 0 when nothing is left. ${HIDDEN}`,
  }),
  flushLagSeconds: t.exposeFloat('flushLagSeconds', {
    nullable: true,
    description: `Seconds from the sender's flush until the standby said that it had flushed it to disk, by the last log that it did; 0 when nothing is left. ${HIDDEN}`,
  }),
  replayLagSeconds: t.exposeFloat('replayLagSeconds', {
    nullable: true,
    description: `Seconds from the sender's flush until the standby said that it had replayed it, by the last log that it did: while replay stands still it stands still, too, see \`receiver.lastReplayedSeconds\`. 0 when nothing is left. ${HIDDEN}`,
  }),
}));
