import type { Cluster } from '../src/fleet/fleet.ts';
import {
  INSTANCE_ROLES,
  INSTANCE_STATES,
  type InstanceRole,
  type InstanceState,
} from '../src/fleet/probe.ts';
import { builder } from './builder.ts';

const ROLES: Record<InstanceRole, string> = {
  PRIMARY: 'Takes writes.',
  STANDBY: 'Replays what the primary writes; reads only.',
  UNKNOWN: 'It has not told us; `reason` says why.',
};

const STATES: Record<InstanceState['state'], string> = {
  UP: 'It answers, if only to refuse us: then its role is UNKNOWN.',
  DOWN: 'It does not answer.',
  STARTING: 'It starts, recovers or shuts down, and takes no connections.',
};

export const InstanceRoleRef = builder.enumType('InstanceRole', {
  description: 'What an instance is in its cluster, as it says itself.',
  values: Object.fromEntries(
    INSTANCE_ROLES.map((role) => [role, { value: role, description: ROLES[role] }]),
  ) as Record<InstanceRole, { value: InstanceRole; description: string }>,
});

export const InstanceStateRef = builder.enumType('InstanceState', {
  description: 'Whether an instance answers.',
  values: Object.fromEntries(
    INSTANCE_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<InstanceState['state'], { value: InstanceState['state']; description: string }>,
});

/** Its live state. The id is `<cluster>/<instance>`. */
export const InstanceRef = builder.node(builder.objectRef<InstanceState>('Instance'), {
  description: 'One PostgreSQL server and what it is doing now. Asked live, once for each request.',
  id: { resolve: ({ instance }) => `${instance.cluster}/${instance.name}` },
  fields: (t) => ({
    name: t.string({
      description: 'Name in the configuration, unique in its cluster.',
      resolve: ({ instance }) => instance.name,
    }),
    host: t.string({
      description: 'Host name, address, or absolute path of the socket directory.',
      resolve: ({ instance }) => instance.host,
    }),
    port: t.int({ description: 'Port, 1 to 65535.', resolve: ({ instance }) => instance.port }),
    role: t.expose('role', { type: InstanceRoleRef, description: 'What it is in its cluster.' }),
    state: t.expose('state', { type: InstanceStateRef, description: 'Whether it answers.' }),
    version: t.exposeString('version', {
      nullable: true,
      description: 'PostgreSQL version, e.g. `15.20`; null when it has not said.',
    }),
    timeline: t.exposeInt('timeline', {
      nullable: true,
      description: 'Timeline that it writes or replays; every failover adds one. Null when it has not said.',
    }),
    lagBytes: t.expose('lagBytes', {
      type: 'BigInt',
      nullable: true,
      description:
        'Write-ahead log that the primary has flushed and this standby has not replayed, in bytes. Null for a primary, and when unknown.',
    }),
    lagSeconds: t.exposeFloat('lagSeconds', {
      nullable: true,
      description:
        'At most so many seconds behind the primary; 0 when everything is replayed. Null for a primary, and when no primary says how much there is to replay.',
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the server was started; null when it has not said.',
    }),
    checkedAt: t.expose('checkedAt', { type: 'DateTime', description: 'When it was asked.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it is not UP, or why it tells us nothing; null when all is well.',
    }),
  }),
});

/** `instances` and everything that stands on other nouns are edges: resolvers add them. */
export const ClusterRef = builder.node(builder.objectRef<Cluster>('Cluster'), {
  description: 'A primary and its standbys, as configured.',
  id: { resolve: ({ name }) => name },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'What people type, e.g. `main`.' }),
    database: t.exposeString('database', { description: "Name of the product's database on it." }),
    stanza: t.string({
      nullable: true,
      description: 'Its pgBackRest stanza; null when it has no backups.',
      resolve: ({ stanza }) => stanza?.name ?? null,
    }),
  }),
});
