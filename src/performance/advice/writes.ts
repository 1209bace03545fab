import type { Candidate } from './candidates.ts';

/** What an index costs those who write, from the counters of its table. */
export interface WriteCost {
  /** Entries that it would have taken each day: one for each insert, and for each update that was not HOT. */
  readonly entriesPerDay: number;
  /** Updates each day that touched no indexed column; those that change a column of the new index stop being HOT. */
  readonly hotUpdatesPerDay: number;
  /** Indexes that each such write feeds already. */
  readonly existingIndexes: number;
  /** Since when the writes are counted. */
  readonly countedSince: Date;
}

const DAY_MS = 86_400_000;

/** Rows outside of a partial index are not told apart, so that its true cost is lower. */
export function estimateWrites({ table }: Candidate, now: Date = new Date()): WriteCost {
  // Counted for less than an hour: nothing is made of a minute's burst but what was really seen.
  const days = Math.max(DAY_MS / 24, now.getTime() - new Date(table.countedSince).getTime()) / DAY_MS;
  return {
    entriesPerDay: Math.round((table.inserts + table.updates - table.hotUpdates) / days),
    hotUpdatesPerDay: Math.round(table.hotUpdates / days),
    existingIndexes: table.indexes.length,
    countedSince: table.countedSince,
  };
}
