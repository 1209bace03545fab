import {
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type Grant,
  type LifecycleRule,
  type S3Client,
} from '@aws-sdk/client-s3';
import { explain, type ObjectStoreSettings, openClient } from './client.ts';
import { ObjectStoreRefusedError, ObjectStoreUnavailableError } from './errors.ts';

/** What a bucket says about itself, or why it does not. */
export type Fact<Value> =
  { readonly isKnown: true; readonly value: Value } | { readonly isKnown: false; readonly reason: string };

/** A rule by which the store itself removes objects or moves them to where they can't be read at once. */
export interface BucketRule {
  readonly id: string;
  /** What the keys begin with; empty: all. Rules for tagged objects only are left out: backups have no tags. */
  readonly prefix: string;
  readonly deletesAfterDays: number | null;
  readonly deletesVersionsAfterDays: number | null;
  /** Classes that have to be thawed for hours before a restore can read them. */
  readonly freezesAfterDays: number | null;
}

export interface BucketFacts {
  readonly isVersioned: Fact<boolean>;
  /** Mode of the default retention, e.g. `COMPLIANCE for 30 days`; empty: locks are on, without a default. Null: off. */
  readonly objectLock: Fact<string | null>;
  /** Algorithm with which the store itself encrypts; null: none. */
  readonly encryption: Fact<string | null>;
  /** Who else may come in, in words; empty: nobody. */
  readonly publicAccess: Fact<readonly string[]>;
  readonly rules: Fact<readonly BucketRule[]>;
}

const UNANSWERED = { connectMs: 3_000, requestMs: 10_000, idleMs: 10_000 } as const;

/** Asks a bucket about itself; a question that the store does not know, or does not answer us, is not known. */
export async function describeBucket(
  settings: ObjectStoreSettings,
  signal?: AbortSignal,
): Promise<BucketFacts> {
  const client = openClient({ ...settings, timeouts: UNANSWERED, maxAttempts: 1 });
  const Bucket = settings.bucket;
  const options = signal ? { abortSignal: signal } : {};
  const ask = <Value>(work: () => Promise<Value>, whenUnset?: Unset<Value>) =>
    toFact(settings, work, { whenUnset, signal });
  try {
    const [isVersioned, objectLock, encryption, publicAccess, rules] = await Promise.all([
      ask(async () => {
        const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }), options);
        return Status === 'Enabled';
      }),
      ask(() => readLock(client, Bucket, options), {
        code: 'ObjectLockConfigurationNotFoundError',
        value: null,
      }),
      ask(() => readEncryption(client, Bucket, options), {
        code: 'ServerSideEncryptionConfigurationNotFoundError',
        value: null,
      }),
      readPublicAccess(client, Bucket, { options, ask }),
      ask(() => readRules(client, Bucket, options), { code: 'NoSuchLifecycleConfiguration', value: [] }),
    ]);
    return { isVersioned, objectLock, encryption, publicAccess, rules };
  } finally {
    client.destroy();
  }
}

interface Unset<Value> {
  /** With this answer the store says that nothing is set. */
  readonly code: string;
  readonly value: Value;
}

interface Options {
  readonly abortSignal?: AbortSignal;
}

async function toFact<Value>(
  settings: ObjectStoreSettings,
  work: () => Promise<Value>,
  { whenUnset, signal }: { whenUnset: Unset<Value> | undefined; signal: AbortSignal | undefined },
): Promise<Fact<Value>> {
  try {
    return { isKnown: true, value: await work() };
  } catch (cause) {
    const error = explain(settings, cause, signal);
    if (error instanceof ObjectStoreRefusedError)
      return error.storeCode === whenUnset?.code
        ? { isKnown: true, value: whenUnset.value }
        : { isKnown: false, reason: toReason(error.storeCode) };
    if (error instanceof ObjectStoreUnavailableError) return { isKnown: false, reason: error.message };
    // An answer that is no S3 answer at all: a server that does not know the question.
    if (error instanceof Error && error !== signal?.reason)
      return { isKnown: false, reason: `the store's answer cannot be read: ${error.message.slice(0, 200)}` };
    throw error;
  }
}

function toReason(storeCode: string): string {
  if (storeCode === 'NotImplemented' || storeCode === 'MethodNotAllowed')
    return `the store does not support this question (${storeCode})`;
  return storeCode === 'AccessDenied'
    ? 'our key may not ask (AccessDenied)'
    : `the store answered ${storeCode}`;
}

async function readLock(client: S3Client, Bucket: string, options: Options): Promise<string | null> {
  const { ObjectLockConfiguration: found } = await client.send(
    new GetObjectLockConfigurationCommand({ Bucket }),
    options,
  );
  if (found?.ObjectLockEnabled !== 'Enabled') return null;
  const rule = found.Rule?.DefaultRetention;
  if (rule?.Mode === undefined) return '';
  return `${rule.Mode} for ${rule.Years === undefined ? `${rule.Days ?? 0} days` : `${rule.Years} years`}`;
}

async function readEncryption(client: S3Client, Bucket: string, options: Options): Promise<string | null> {
  const found = await client.send(new GetBucketEncryptionCommand({ Bucket }), options);
  const [rule] = found.ServerSideEncryptionConfiguration?.Rules ?? [];
  return rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? null;
}

interface Asking {
  readonly options: Options;
  readonly ask: <Value>(work: () => Promise<Value>, whenUnset?: Unset<Value>) => Promise<Fact<Value>>;
}

/** Policy and access list both open a bucket; a block of public access closes it whatever they say. */
async function readPublicAccess(
  client: S3Client,
  Bucket: string,
  { options, ask }: Asking,
): Promise<Fact<readonly string[]>> {
  const [isBlocked, byPolicy, byList] = await Promise.all([
    ask(
      async () => {
        const found = await client.send(new GetPublicAccessBlockCommand({ Bucket }), options);
        const block = found.PublicAccessBlockConfiguration;
        return block?.IgnorePublicAcls === true && block.RestrictPublicBuckets === true;
      },
      { code: 'NoSuchPublicAccessBlockConfiguration', value: false },
    ),
    ask<readonly string[]>(
      async () => {
        const found = await client.send(new GetBucketPolicyStatusCommand({ Bucket }), options);
        return found.PolicyStatus?.IsPublic === true ? ['its policy is public'] : [];
      },
      { code: 'NoSuchBucketPolicy', value: [] },
    ),
    ask(async () => {
      const found = await client.send(new GetBucketAclCommand({ Bucket }), options);
      return (found.Grants ?? []).filter(isPublic).map(describeGrant);
    }),
  ]);
  if (isBlocked.isKnown && isBlocked.value) return { isKnown: true, value: [] };
  const open = [byPolicy, byList].flatMap((one) => (one.isKnown ? one.value : []));
  if (open.length > 0) return { isKnown: true, value: open };
  if (!byPolicy.isKnown) return byPolicy;
  return byList;
}

const EVERYBODY = /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/;

function isPublic({ Grantee }: Grant): boolean {
  return EVERYBODY.test(Grantee?.URI ?? '');
}

function describeGrant({ Grantee, Permission }: Grant): string {
  return `its access list gives ${Permission ?? 'something'} to ${EVERYBODY.exec(Grantee?.URI ?? '')?.[1] ?? 'others'}`;
}

async function readRules(client: S3Client, Bucket: string, options: Options): Promise<readonly BucketRule[]> {
  const found = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }), options);
  return (found.Rules ?? []).flatMap((rule) => (rule.Status === 'Enabled' ? toRule(rule) : []));
}

const FROZEN: readonly string[] = ['GLACIER', 'DEEP_ARCHIVE'];

function toRule(rule: LifecycleRule): readonly BucketRule[] {
  const { Filter: filter } = rule;
  if (filter?.Tag !== undefined || (filter?.And?.Tags ?? []).length > 0) return [];
  const frozen = (rule.Transitions ?? []).find(({ StorageClass }) => FROZEN.includes(StorageClass ?? ''));
  const { Days, Date: at } = rule.Expiration ?? {};
  return [
    {
      id: rule.ID ?? '',
      prefix: filter?.Prefix ?? filter?.And?.Prefix ?? '',
      deletesAfterDays: Days ?? (at === undefined ? null : 0),
      deletesVersionsAfterDays: rule.NoncurrentVersionExpiration?.NoncurrentDays ?? null,
      freezesAfterDays: frozen === undefined ? null : (frozen.Days ?? 0),
    },
  ];
}
