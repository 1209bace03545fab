import {
  type Replication,
  type ReplicationInstance,
  type ReplicationSlot,
  type ReplicationSubscription,
  SLOT_OWNERS,
  type SlotOwner,
} from '../src/performance/replication/replication.ts';
import { builder } from './builder.ts';
import { InstanceRoleRef, InstanceStateRef } from './clusters.ts';
import { ReplicationStreamRef } from './replication-streams.ts';

const OWNERS: Record<SlotOwner, string> = {
  STANDBY: 'A standby of the cluster streams through it, or is told to.',
  MOVE: 'A move of an organization.',
  SHARED_TABLES: 'The tables that all shards share.',
  SUBSCRIPTION: 'A subscription of the cluster, or its first copy of a table.',
  CLIENT: 'Somebody else reads it now.',
  NOBODY:
    'Nobody reads it, and nothing of the cluster names it: it keeps log for nobody, or for a stranger who is away.',
  UNKNOWN: 'Nobody reads it, and an instance that may own it does not answer.',
};

const SlotOwnerRef = builder.enumType('ReplicationSlotOwner', {
  description: 'Whose a replication slot is.',
  values: Object.fromEntries(
    SLOT_OWNERS.map((owner) => [owner, { value: owner, description: OWNERS[owner] }]),
  ) as Record<SlotOwner, { value: SlotOwner; description: string }>,
});

const ReplicationInstanceRef = builder.objectRef<ReplicationInstance>('ReplicationInstance').implement({
  description: 'An instance, and whether it has told all of its part in replication.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    role: t.expose('role', { type: InstanceRoleRef, description: 'What it is in its cluster.' }),
    state: t.expose('state', { type: InstanceStateRef, description: 'Whether it answers.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it tells us nothing, or not all; null when it has told all.',
    }),
    hint: t.exposeString('hint', {
      nullable: true,
      description: 'The GRANT that helps; null when none is needed.',
    }),
  }),
});

const SlotTypeRef = builder.enumType('ReplicationSlotType', {
  description: 'What a slot sends.',
  values: {
    PHYSICAL: { description: 'The log as it is.' },
    LOGICAL: { description: 'Changes of rows that a plugin has read from the log.' },
  },
});

const ReplicationSlotRef = builder.objectRef<ReplicationSlot>('ReplicationSlotUse').implement({
  description:
    'A slot, which makes a server keep log until somebody has read it, with its reader and its owner.',
  fields: (t) => ({
    instance: t.exposeString('instance', { description: 'The instance that it is on.' }),
    name: t.exposeString('name', { description: 'Its name, unique on its server.' }),
    type: t.expose('type', { type: SlotTypeRef, description: 'What it sends.' }),
    plugin: t.exposeString('plugin', {
      nullable: true,
      description: 'e.g. `pgoutput`; null for a physical one.',
    }),
    database: t.exposeString('database', {
      nullable: true,
      description: 'The database that it reads; null for a physical one, which reads all.',
    }),
    isTemporary: t.exposeBoolean('isTemporary', { description: 'True: it ends with its session.' }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether somebody reads it now.' }),
    activePid: t.exposeInt('activePid', {
      nullable: true,
      description: 'The process that reads it; null: none does.',
    }),
    walStatus: t.exposeString('walStatus', {
      nullable: true,
      description:
        '`reserved`, `extended`: beyond max_wal_size, `unreserved`: about to be lost, `lost`: its reader must be made anew. Null: it reserves nothing yet.',
    }),
    restartLsn: t.exposeString('restartLsn', {
      nullable: true,
      description: 'The oldest place in the log that it keeps; null: none.',
    }),
    confirmedFlushLsn: t.exposeString('confirmedFlushLsn', {
      nullable: true,
      description: 'Up to here its reader has confirmed; null for a physical one.',
    }),
    retainedBytes: t.expose('retainedBytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Log from there to the end, in bytes; null when it keeps none.',
    }),
    safeWalBytes: t.expose('safeWalBytes', {
      type: 'BigInt',
      nullable: true,
      description:
        'So many bytes can be written until it may be lost. Null: max_slot_wal_keep_size sets no limit, or it is lost.',
    }),
    owner: t.expose('owner', { type: SlotOwnerRef, description: 'Whose it is.' }),
    ownerName: t.exposeString('ownerName', {
      nullable: true,
      description: 'Name of that instance, subscription or application; null where there is none.',
    }),
    because: t.exposeString('because', { description: 'How that is known.' }),
  }),
});

const ReplicationSubscriptionRef = builder
  .objectRef<ReplicationSubscription>('ReplicationSubscription')
  .implement({
    description: 'What follows the changes of rows of another server, in any database of an instance.',
    fields: (t) => ({
      instance: t.exposeString('instance', { description: 'The instance that it is on.' }),
      name: t.exposeString('name', { description: 'Its name, unique in its database.' }),
      database: t.exposeString('database', { description: 'The database that it writes to.' }),
      slotName: t.exposeString('slotName', {
        nullable: true,
        description: 'The slot at its publisher; null: none.',
      }),
      isEnabled: t.exposeBoolean('isEnabled', { description: 'False: it is not to follow.' }),
      workerPid: t.exposeInt('workerPid', {
        nullable: true,
        description: 'The process that applies its changes; null: none runs, so it does not follow.',
      }),
      copyWorkers: t.exposeInt('copyWorkers', {
        description: 'How many processes make first copies of tables now.',
      }),
      receivedLsn: t.exposeString('receivedLsn', {
        nullable: true,
        description: 'Up to here of the publisher’s log it has received; null without a worker.',
      }),
      lastMessageSeconds: t.exposeFloat('lastMessageSeconds', {
        nullable: true,
        description: 'Seconds since the publisher last said something; null: it has not.',
      }),
      applyErrors: t.expose('applyErrors', {
        type: 'BigInt',
        description: 'How often a change could not be applied, since `errorsSince`.',
      }),
      copyErrors: t.expose('copyErrors', {
        type: 'BigInt',
        description: 'How often a first copy failed, since `errorsSince`.',
      }),
      errorsSince: t.expose('errorsSince', {
        type: 'DateTime',
        nullable: true,
        description: 'When the counters were last reset; null: never.',
      }),
    }),
  });

export const ReplicationRef = builder.objectRef<Replication>('Replication').implement({
  description: 'Who sends what to whom in a cluster, and how far each is, as all its instances say now.',
  fields: (t) => ({
    cluster: t.exposeString('cluster', { description: 'Name of the cluster.' }),
    primary: t.exposeString('primary', {
      nullable: true,
      description: 'Name of the primary; null when none says so, or several do.',
    }),
    endLsn: t.exposeString('endLsn', {
      nullable: true,
      description: 'Where the log of the primary ends; null when it has not said.',
    }),
    instances: t.expose('instances', {
      type: [ReplicationInstanceRef],
      description: 'All instances, in the order of the configuration; one that does not answer says why.',
    }),
    streams: t.expose('streams', {
      type: [ReplicationStreamRef],
      description: 'Every walsender, then the standbys that none serves.',
    }),
    slots: t.expose('slots', {
      type: [ReplicationSlotRef],
      description: 'At most 500 of each instance, those that keep most log first.',
    }),
    subscriptions: t.expose('subscriptions', {
      type: [ReplicationSubscriptionRef],
      description: 'Of the instances that are no standbys, at most 500 of each.',
    }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When they were asked.' }),
  }),
});
