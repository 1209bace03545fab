import { RepositoryNotFoundError, RepositoryUnencryptedError } from '../src/backups/errors.ts';
import {
  REPOSITORY_CHECK_STATES,
  type RepositoryCheck,
  type RepositoryCheckState,
} from '../src/backups/repositories/checks.ts';
import { REPOSITORY_TYPES, type RepositoryType } from '../src/backups/repositories/repositories.ts';
import type { NamedRepository } from '../src/backups/repositories/service.ts';
import { builder } from './builder.ts';
import { errorType } from './errors.ts';

const TYPES: Record<RepositoryType, string> = {
  DIRECTORY: 'A directory on the host that does the work.',
  BUCKET: 'A bucket of an S3 object store.',
  REMOTE: 'On a repository host, or of a kind that only pgBackRest reaches.',
};
const STATES: Record<RepositoryCheckState, string> = {
  PASSED: 'It is as it should be.',
  WARNING: 'It works, and should be better: `reason` says why.',
  FAILED: 'It is not as it must be: `reason` says why.',
  UNKNOWN: 'Nobody says: `reason` is why.',
};

const RepositoryTypeRef = builder.enumType('RepositoryType', {
  description: 'What a repository is.',
  values: Object.fromEntries(
    REPOSITORY_TYPES.map((type) => [type, { value: type, description: TYPES[type] }]),
  ) as Record<RepositoryType, { value: RepositoryType; description: string }>,
});

const RepositoryCheckStateRef = builder.enumType('RepositoryCheckState', {
  description: 'What came of a check.',
  values: Object.fromEntries(
    REPOSITORY_CHECK_STATES.map((state) => [state, { value: state, description: STATES[state] }]),
  ) as Record<RepositoryCheckState, { value: RepositoryCheckState; description: string }>,
});

export const RepositoryCheckRef = builder.objectRef<RepositoryCheck>('RepositoryCheck').implement({
  description: 'A property that a repository should have.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        'e.g. `encryption`, `settings`, `tls`; of a bucket also `versioning`, `object lock`, `encryption by the store`, `public access`, `lifecycle`.',
    }),
    state: t.expose('state', { type: RepositoryCheckStateRef, description: 'What came of it.' }),
    found: t.exposeString('found', {
      nullable: true,
      description: 'What it is, in words; null when it is not known.',
    }),
    expected: t.exposeString('expected', { description: 'What it should be, in words.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it matters, or why it is not known; null when it passed.',
    }),
  }),
});

/** What a look at it shows is added by the resolvers: reachable, latency, size and checks. */
export const RepositoryRef = builder.objectRef<NamedRepository>('Repository').implement({
  description:
    "A place that holds a cluster's backups and write-ahead log. Write-ahead log goes to all of them.",
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'As `sunday.yaml` calls it, e.g. `offsite`; `repo2` where that says nothing.',
    }),
    number: t.exposeInt('number', { description: "pgBackRest's number, 1 or more: of `repo2` it is 2." }),
    type: t.expose('type', { type: RepositoryTypeRef, description: 'What it is.' }),
    place: t.exposeString('place', {
      description: 'Its directory, or `https://host/bucket/prefix`; never a secret.',
    }),
    encrypted: t.exposeBoolean('isEncrypted', {
      description:
        'True: pgBackRest encrypts what it puts there. Backups into another are refused unless the configuration says why.',
    }),
    isDefault: t.exposeBoolean('isDefault', {
      description: 'True: backups go there when no repository is named.',
    }),
  }),
});

errorType(RepositoryNotFoundError, {
  description: 'The cluster has no repository of that name; the hint names those that it has.',
});
errorType(RepositoryUnencryptedError, {
  description:
    'Backups in the repository would not be encrypted, and the configuration does not say that this is meant.',
});
