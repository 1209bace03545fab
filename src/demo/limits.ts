/** Limits of the arguments, both ends included. */
export const DEMO_LIMITS = {
  organizations: { least: 1, most: 1_000 },
  items: { least: 1, most: 5_000_000 },
  seed: { least: 0, most: 2_147_483_647 },
} as const;

/** Of a load that names none. */
export const DEFAULT_SEED = 1;
