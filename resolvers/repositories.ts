import { builder } from '../schema/builder.ts';
import { ClusterRef } from '../schema/clusters.ts';
import { RepositoryCheckRef, RepositoryRef } from '../schema/repositories.ts';

builder.objectField(ClusterRef, 'repositories', (t) =>
  t.field({
    type: [RepositoryRef],
    description: 'Where its backups and write-ahead log are, by their numbers; empty when it has no stanza.',
    authScopes: { scope: 'backup:read' },
    resolve: ({ name }, _args, { services }) => services.repositories.list(name),
  }),
);

/** All of them share one look, which is taken at most once in ten seconds. */
builder.objectFields(RepositoryRef, (t) => ({
  reachable: t.boolean({
    nullable: true,
    description:
      'True: it answered just now (looked at no more than once in 10 s). Null: only pgBackRest could tell.',
    resolve: async (repository, _args, { services }) =>
      (await services.repositories.look(repository)).isReachable,
  }),
  problem: t.string({
    nullable: true,
    description: 'Why it is not reachable, or not known to be; null when it is.',
    resolve: async (repository, _args, { services }) =>
      (await services.repositories.look(repository)).problem,
  }),
  latencyMs: t.float({
    nullable: true,
    description: 'How long its first answer took, in milliseconds, connection included; null without one.',
    resolve: async (repository, _args, { services }) =>
      (await services.repositories.look(repository)).latencyMs,
  }),
  bytes: t.field({
    type: 'BigInt',
    nullable: true,
    description: 'Size of all its objects or files, in bytes; null when it cannot be read.',
    resolve: async (repository, _args, { services }) =>
      (await services.repositories.look(repository)).content?.bytes ?? null,
  }),
  objects: t.int({
    nullable: true,
    description: 'Number of its objects or files; null when it cannot be read.',
    resolve: async (repository, _args, { services }) =>
      (await services.repositories.look(repository)).content?.objects ?? null,
  }),
  isCountComplete: t.boolean({
    nullable: true,
    description:
      'False: there are more than were counted, at most 200,000 or for 20 s, so `bytes` and `objects` are the least. Null when it cannot be read.',
    resolve: async (repository, _args, { services }) =>
      (await services.repositories.look(repository)).content?.isComplete ?? null,
  }),
  checks: t.field({
    type: [RepositoryCheckRef],
    description: 'What it should be and what it is; of a bucket that does not answer only the settings.',
    resolve: async (repository, _args, { services }) => (await services.repositories.look(repository)).checks,
  }),
}));
