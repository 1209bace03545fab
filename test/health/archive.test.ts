import { expect, test } from 'vitest';
import type { Cluster } from '../../src/fleet/fleet.ts';
import { judgeArchive } from '../../src/health/metrics.ts';
import type { HealthFigures } from '../../src/health/probe.ts';

const cluster: Cluster = { name: 'main', database: 'sunday', instances: [], stanza: null, isShard: false };
const stanza = { name: 'main', configFile: '/etc/pgbackrest.conf', binary: 'pgbackrest' };
const SEGMENT = '000000010000000000000004';

const figures: HealthFigures = {
  user: 'watcher',
  canReadAllStats: true,
  canListArchive: true,
  connections: 1,
  maxConnections: 100,
  blocksHit: 0n,
  blocksRead: 0n,
  longestTransactionSeconds: null,
  databaseBytes: 0n,
  isArchiving: true,
  archiveTimeoutSeconds: 60,
  lastArchivedSegment: SEGMENT,
  lastArchivedSecondsAgo: 30,
  failedSegment: null,
  oldestWaitingSeconds: null,
};

const judge = (part: Partial<HealthFigures>) => judgeArchive(cluster, 'main-1', { ...figures, ...part });

test('counts the time since the last archived segment', () => {
  expect(judge({})).toMatchObject({ value: 30, state: 'OK', reason: `${SEGMENT} was archived 30 s ago` });
});

test('does not hold an idle primary for late: with archive_timeout nothing older waits', () => {
  expect(judge({ lastArchivedSecondsAgo: 90_000 })).toMatchObject({ value: 60, state: 'OK' });
});

test('counts the time a finished segment waits on top of archive_timeout', () => {
  expect(judge({ lastArchivedSecondsAgo: 90_000, oldestWaitingSeconds: 100 })).toMatchObject({
    value: 160,
    state: 'WARNING',
  });
  expect(judge({ lastArchivedSecondsAgo: 90_000, oldestWaitingSeconds: 400 })).toMatchObject({
    state: 'CRITICAL',
  });
});

test('without archive_timeout holds everything since the last archived segment for unsafe', () => {
  expect(judge({ archiveTimeoutSeconds: 0, lastArchivedSecondsAgo: 301 })).toMatchObject({
    value: 301,
    state: 'CRITICAL',
  });
});

test('warns when the last attempt failed, however young the archive is', () => {
  expect(judge({ failedSegment: SEGMENT })).toMatchObject({
    value: 30,
    state: 'WARNING',
    reason: `the last attempt to archive ${SEGMENT} failed`,
  });
});

test('does not know an archive that has nothing in it and nothing to wait for', () => {
  expect(judge({ lastArchivedSegment: null, lastArchivedSecondsAgo: null })).toMatchObject({
    value: null,
    state: 'UNKNOWN',
  });
});

test('names the GRANT when the role may not see the queue of the archive', () => {
  expect(judge({ canListArchive: false })).toMatchObject({
    state: 'UNKNOWN',
    hint: 'GRANT pg_monitor TO watcher;',
  });
});

test('holds a cluster with a stanza that does not archive for CRITICAL, one without for WARNING', () => {
  expect(judge({ isArchiving: false })).toMatchObject({ value: null, state: 'WARNING' });
  expect(judgeArchive({ ...cluster, stanza }, 'main-1', { ...figures, isArchiving: false })).toMatchObject({
    state: 'CRITICAL',
  });
});
