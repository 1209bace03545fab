import type { Alert } from './alerts.ts';

/** A mutation of this API that helps, with its input filled in. */
export interface SuggestedAction {
  readonly title: string;
  readonly mutation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Kinds of the operations that it starts: those of them that ran since belong to the alert. Empty: it starts none. */
  readonly operationKinds: readonly string[];
}

/** Pure: what helps with one alert, the best first; empty when nothing is known. */
export type Act = (alert: Alert) => readonly SuggestedAction[];

/** A backup of each of these types, as one to choose. */
export const backUp = (title: string, ...types: readonly string[]): Act => {
  return ({ cluster, id }) =>
    types.map((type) => ({
      title,
      mutation: 'startBackup',
      input: { cluster, type, reason: `alert ${id}` },
      operationKinds: ['backups.start'],
    }));
};

/** The sessions that hold up others; without any the oldest that are idle in their transaction. */
export const endBlockers: Act = ({ id, evidence }) => {
  const roots = (evidence?.blockers ?? []).filter(({ waitsFor }) => waitsFor === null);
  const idle = (evidence?.statements ?? []).filter(({ state }) => state?.startsWith('idle in transaction'));
  return (roots.length > 0 ? roots : idle)
    .filter(({ applicationName, sessionId }) => sessionId !== null && !isOurs(applicationName))
    .slice(0, 5)
    .map(({ applicationName, pid, sessionId, userName }) => ({
      title: `End process ${pid} (${userName || 'unknown user'}, ${applicationName || 'without a name'})`,
      mutation: 'terminateSession',
      input: { id: sessionId, reason: `alert ${id}` },
      operationKinds: [],
    }));
};

/** Clients that hold connections and do nothing with them: their end undoes nothing. The biggest groups first. */
export const endIdleClients: Act = ({ cluster, evidence, id, instance }) =>
  (evidence?.clients ?? [])
    .filter(
      ({ applicationName, sessions, state }) => state === 'idle' && sessions >= 5 && !isOurs(applicationName),
    )
    .slice(0, 3)
    .map(({ applicationName, sessions, userName }) => ({
      title: `End the ${sessions} idle sessions of ${applicationName || 'clients without a name'} (${userName})`,
      mutation: 'terminateSessions',
      input: {
        ...{ cluster, user: userName, states: ['idle'], reason: `alert ${id}` },
        ...(instance === null ? {} : { instance }),
        ...(applicationName === '' ? {} : { application: applicationName }),
      },
      operationKinds: [],
    }));

/** The indexes that the evidence names. */
export const createIndexes: Act = ({ cluster, evidence, id }) =>
  (evidence?.indexes ?? []).map(({ gain, statements, table }) => ({
    title: `Make an index on ${table}${gain === null ? '' : `, about ${Math.round(gain)} times cheaper`}`,
    mutation: 'createIndex',
    input: { cluster, statements, reason: `alert ${id}` },
    operationKinds: ['performance.createIndex'],
  }));

/** Only what is ours to start has a log that we could read. */
export const startServer: Act = ({ cluster, evidence, id, instance }) =>
  instance === null || evidence?.lastWords === undefined
    ? []
    : [
        {
          title: `Start ${instance}`,
          mutation: 'startInstance',
          input: { cluster, instance, reason: `alert ${id}` },
          operationKinds: ['instances.start'],
        },
      ];

/** A task of maintenance on the cluster. */
export const maintain = (title: string, task: string): Act => {
  return ({ cluster, id }) => [
    {
      title,
      mutation: 'runMaintenanceTask',
      input: { cluster, task, reason: `alert ${id}` },
      operationKinds: ['maintenance.run'],
    },
  ];
};

const vacuumByNeed = maintain('VACUUM the tables that need it', 'VACUUM');

/** First the end of sessions that keep dead rows, for as long as they see them no VACUUM helps; then VACUUM by need. */
export const vacuum: Act = (alert) => [...endKeepers(alert), ...vacuumByNeed(alert)];
/** The same, when the evidence has dead rows. */
export const vacuumWhereItHelps: Act = (alert) =>
  (alert.evidence?.deadSpace ?? []).length === 0 ? [] : vacuum(alert);

/** Those that do nothing: who runs a long statement is for people to ask. */
const endKeepers: Act = ({ id, evidence }) =>
  (evidence?.keepers ?? [])
    .filter(
      ({ applicationName, sessionId, state }) =>
        sessionId !== null && state?.startsWith('idle in transaction') && !isOurs(applicationName ?? ''),
    )
    .map(({ detail, name, sessionId }) => ({
      title: `End process ${name} (${detail ?? 'hidden'}), for which VACUUM must keep dead rows`,
      mutation: 'terminateSession',
      input: { id: sessionId, reason: `alert ${id}` },
      operationKinds: [],
    }));

/** Of this cluster alone: nothing else is short of partitions. */
export const keepPartitions: Act = ({ cluster, id }) => [
  {
    title: `Make the partitions that ${cluster} lacks`,
    mutation: 'maintainPartitions',
    input: { clusters: [cluster], reason: `alert ${id}` },
    operationKinds: ['partitions.maintain', 'partitions.maintainAll'],
  },
];

/** All that several of them know, in their order. */
export const together =
  (...acts: readonly Act[]): Act =>
  (alert) =>
    acts.flatMap((act) => act(alert));

/** What this control plane does is ended by `cancelOperation`. */
const isOurs = (applicationName: string) => applicationName.startsWith('sunday');
