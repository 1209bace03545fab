import type { BucketFacts, BucketRule, Fact } from '../../objects/bucket.ts';
import type { Repository } from './repositories.ts';

/** PASSED, FAILED: it is as it should be, or not. WARNING: it works and should be better. UNKNOWN: nobody says. */
export const REPOSITORY_CHECK_STATES = ['PASSED', 'WARNING', 'FAILED', 'UNKNOWN'] as const;
export type RepositoryCheckState = (typeof REPOSITORY_CHECK_STATES)[number];

/** One property that a repository should have. */
export interface RepositoryCheck {
  /** e.g. `versioning`. */
  readonly name: string;
  readonly state: RepositoryCheckState;
  /** Null when it is not known. */
  readonly found: string | null;
  readonly expected: string;
  /** Why it matters, or why it is not known; null when it passed. */
  readonly reason: string | null;
}

interface Question<Value> {
  readonly name: string;
  readonly expected: string;
  readonly fact: Fact<Value>;
  readonly judge: (value: Value) => Pick<RepositoryCheck, 'state' | 'found' | 'reason'>;
}

/** What holds for a repository of any kind. `isApplied`: pgbackrest.conf says what sunday.yaml says. */
export function checkSettings(
  { isEncrypted, unencryptedBecause, bucket }: Repository,
  isApplied: boolean,
): readonly RepositoryCheck[] {
  const encryption = { name: 'encryption', expected: 'pgBackRest encrypts with a passphrase' };
  const tls = { name: 'tls', expected: "the server's certificate is verified" };
  const settings = { name: 'settings', expected: 'pgbackrest.conf names the repositories of sunday.yaml' };
  return [
    isEncrypted
      ? { ...encryption, ...passed('aes-256-cbc') }
      : {
          ...{ ...encryption, found: 'none' },
          state: unencryptedBecause === null ? 'FAILED' : 'WARNING',
          reason: unencryptedBecause ?? 'whoever gets at it reads everything; backups into it are refused',
        },
    isApplied
      ? { ...settings, ...passed('the same') }
      : {
          ...{ ...settings, state: 'FAILED', found: 'others' },
          reason: 'they are written when a worker starts; its log says what went wrong',
        },
    ...(bucket === null
      ? []
      : [
          bucket.isTlsVerified
            ? { ...tls, ...passed(bucket.caFile === null ? 'verified' : `verified with ${bucket.caFile}`) }
            : {
                ...{ ...tls, state: 'FAILED' as const, found: 'not verified' },
                reason: 'anybody on the way can take the place of the store',
              },
        ]),
  ];
}

/** What a bucket must be to be trusted with backups. `prefix`: of the repository in it. */
export function checkBucket(facts: BucketFacts, prefix: string): readonly RepositoryCheck[] {
  return [
    toCheck({
      ...{ name: 'versioning', expected: 'on', fact: facts.isVersioned },
      judge: (is) =>
        is ? passed('on') : warning('off', 'an object that is deleted or overwritten by mistake is gone'),
    }),
    toCheck({
      ...{ name: 'object lock', expected: 'on', fact: facts.objectLock },
      judge: (mode) =>
        mode === null
          ? warning('off', 'whoever has the key can delete every backup')
          : passed(mode === '' ? 'on, without a default retention' : mode),
    }),
    toCheck({
      ...{ name: 'encryption by the store', expected: 'any', fact: facts.encryption },
      judge: (algorithm) =>
        algorithm === null
          ? warning('none', 'only what pgBackRest encrypts itself is encrypted')
          : passed(algorithm),
    }),
    toCheck({
      ...{ name: 'public access', expected: 'none', fact: facts.publicAccess },
      judge: (open) =>
        open.length === 0
          ? passed('none')
          : failed(open.join('; '), 'backups must not be open to anybody else'),
    }),
    toCheck({
      ...{ name: 'lifecycle', expected: 'no rule that removes or freezes backups', fact: facts.rules },
      judge: (rules) => judgeRules(rules, prefix),
    }),
  ];
}

/** Only `backups.expire` knows which sets are held and what they need. */
function judgeRules(rules: readonly BucketRule[], prefix: string) {
  const own = prefix === '' ? '' : `${prefix}/`;
  const meets = (rule: BucketRule) => own.startsWith(rule.prefix) || rule.prefix.startsWith(own);
  const eating = rules.filter((one) => meets(one) && one.deletesAfterDays !== null);
  const freezing = rules.filter((one) => meets(one) && one.freezesAfterDays !== null);
  const words = [
    ...eating.map((one) => `${nameRule(one)} deletes after ${one.deletesAfterDays} days`),
    ...freezing.map((one) => `${nameRule(one)} freezes after ${one.freezesAfterDays} days`),
  ];
  return words.length === 0
    ? passed(rules.length === 0 ? 'no rule' : 'no such rule')
    : failed(words.join('; '), 'the store would remove files that sets and write-ahead log still need');
}

function nameRule({ id, prefix }: BucketRule): string {
  return `rule ${id || 'without a name'} for ${prefix === '' ? 'all objects' : `${prefix}*`}`;
}

function toCheck<Value>({ name, expected, fact, judge }: Question<Value>): RepositoryCheck {
  return fact.isKnown
    ? { name, expected, ...judge(fact.value) }
    : { name, expected, state: 'UNKNOWN', found: null, reason: fact.reason };
}

function passed(found: string) {
  return { state: 'PASSED' as const, found, reason: null };
}

function warning(found: string, reason: string) {
  return { state: 'WARNING' as const, found, reason };
}

function failed(found: string, reason: string) {
  return { state: 'FAILED' as const, found, reason };
}
