import type { BackupSource } from './source.ts';

/** The annotations of a set that say where its files came from. */
const ROLE = 'takenFrom';
const INSTANCE = 'takenFromInstance';
const REASON = 'takenBecause';

export function toSourceAnnotations({
  role,
  instance,
  reason,
}: BackupSource): Readonly<Record<string, string>> {
  return { [ROLE]: role, ...(instance === null ? {} : { [INSTANCE]: instance }), [REASON]: reason };
}

/** Null: the set was not made through us, or before we wrote it down. */
export function readSource(annotations: Readonly<Record<string, string>>): BackupSource | null {
  const role = annotations[ROLE];
  if (role !== 'STANDBY' && role !== 'PRIMARY') return null;
  return { role, instance: annotations[INSTANCE] ?? null, reason: annotations[REASON] ?? '' };
}

/** For people: `standby main-2`. */
export function describeSource({ role, instance }: BackupSource): string {
  return [role === 'STANDBY' ? 'standby' : 'primary', instance].filter((one) => one !== null).join(' ');
}
