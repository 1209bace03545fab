import type { Threshold } from '../limits.ts';
import { REPLICATION } from './catalogue/replication.ts';
import { SESSIONS } from './catalogue/sessions.ts';
import { HOST, STORAGE } from './catalogue/storage.ts';

/** Every metric with its limits. "Guide" is the database administration guide, chapter Performance Targets or Monitoring. */
export const THRESHOLDS = { ...REPLICATION, ...SESSIONS, ...STORAGE, ...HOST } as const satisfies Record<
  string,
  Threshold
>;

export type MetricName = keyof typeof THRESHOLDS;

/** A ratio of fewer block accesses than this (80 MB) is chance. */
export const MIN_BLOCK_ACCESSES = 10_000n;

/** The metrics by what they are about, in the order in which people read them. */
export const METRIC_GROUPS = {
  REPLICATION: Object.keys(REPLICATION),
  SESSIONS: Object.keys(SESSIONS),
  STORAGE: Object.keys(STORAGE),
  HOST: Object.keys(HOST),
} as const;

export type MetricGroup = keyof typeof METRIC_GROUPS;

export function groupOf(name: MetricName): MetricGroup {
  if (name in REPLICATION) return 'REPLICATION';
  if (name in SESSIONS) return 'SESSIONS';
  return name in STORAGE ? 'STORAGE' : 'HOST';
}

export const METRIC_NAMES = Object.keys(THRESHOLDS) as readonly MetricName[];

export function isMetricName(name: string): name is MetricName {
  return Object.hasOwn(THRESHOLDS, name);
}
