/** Weakest first (manual, "Explicit Locking"); the index is the number that the parser gives for LOCK TABLE, less one. */
export const LOCK_MODES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

export interface Lock {
  /** `schema.name`. */
  readonly table: string;
  readonly mode: LockMode;
}

/** Table 13.2 of the manual: what each mode cannot be held beside. */
const CONFLICTS: Readonly<Record<LockMode, readonly LockMode[]>> = {
  'ACCESS SHARE': LOCK_MODES.slice(7),
  'ROW SHARE': LOCK_MODES.slice(6),
  'ROW EXCLUSIVE': LOCK_MODES.slice(4),
  'SHARE UPDATE EXCLUSIVE': LOCK_MODES.slice(3),
  SHARE: ['ROW EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', ...LOCK_MODES.slice(5)],
  'SHARE ROW EXCLUSIVE': LOCK_MODES.slice(2),
  EXCLUSIVE: LOCK_MODES.slice(1),
  'ACCESS EXCLUSIVE': LOCK_MODES,
};

export function conflicts(one: LockMode, other: LockMode): boolean {
  return CONFLICTS[one].includes(other);
}

/** Stops writers: SHARE and above. */
export function blocksWrites(mode: LockMode): boolean {
  return conflicts(mode, 'ROW EXCLUSIVE');
}

export function isStronger(one: LockMode, other: LockMode): boolean {
  return LOCK_MODES.indexOf(one) > LOCK_MODES.indexOf(other);
}

/** The strongest lock on each table, in the order in which the tables first appear. */
export function strongestPerTable<L extends Lock>(locks: readonly L[]): readonly L[] {
  const strongest = new Map<string, L>();
  for (const lock of locks) {
    const known = strongest.get(lock.table);
    if (!known || isStronger(lock.mode, known.mode)) strongest.set(lock.table, lock);
  }
  return [...strongest.values()];
}

/** `AccessExclusiveLock`, as `pg_locks` writes it; null for a mode of something else than a relation. */
export function parseLockMode(serverName: string): LockMode | null {
  const name = serverName
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
  return LOCK_MODES.find((mode) => mode === name) ?? null;
}
