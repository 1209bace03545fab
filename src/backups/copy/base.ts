import { toAlias } from '../alias.ts';
import { COMPRESSION_ANNOTATION, pickSet } from '../catalogue.ts';
import { BackupBaseRefusedError } from '../errors.ts';
import type { BackupSet, BackupType, KeptSet, StanzaInfo } from '../pgbackrest/info.ts';

/** A set keeps the compression of the one that it builds on, whatever the configuration says by now. */
export function toCompression(prior: BackupSet | null, configured: string): Readonly<Record<string, string>> {
  const known = prior === null ? configured : prior.annotations[COMPRESSION_ANNOTATION];
  return known === undefined ? {} : { [COMPRESSION_ANNOTATION]: known };
}

/**
 * @throws {BackupNotFoundError} @throws {BackupBaseRefusedError} naming the right one: pgBackRest takes the newest set
 * that fits, and can't be told otherwise.
 */
export function checkBase(
  info: StanzaInfo,
  { cluster, type, base }: { readonly cluster: string; readonly type: BackupType; readonly base: string },
): void {
  const named = type === 'FULL' ? null : pickSet(cluster, info, base, ['input', 'base']);
  const right = findPrior(info, type);
  if (named !== null && named.label === right?.label) return;
  throw new BackupBaseRefusedError(
    base,
    right === null ? null : { label: right.label, alias: toAlias(right) },
  );
}

/** The set that pgBackRest will take the difference to; null: it makes a full one. */
export function findPrior(info: StanzaInfo, type: BackupType): BackupSet | null {
  if (type === 'FULL') return null;
  return info.sets.findLast((one) => type === 'INCREMENTAL' || one.type === 'FULL') ?? null;
}

/** Somebody outside of us made a set while ours began; null: not so. */
export function describeOtherBase(set: KeptSet, base: string | null): string | null {
  const { prior } = set;
  if (base === null || prior === null) return null;
  const isSame = prior === base || prior.slice(-16, -1).replace('-', '_') === base.slice(-15);
  return isSame ? null : `it builds on ${prior}, not on ${base}: another set was made meanwhile`;
}
