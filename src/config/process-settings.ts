import { z } from 'zod';

/** The part of `sunday.yaml` about workers and what waits for them. */
export const OPERATION_SETTINGS = z
  .strictObject({
    heartbeatTimeoutSeconds: z
      .number()
      .min(1)
      .max(300)
      .default(10)
      .describe('A worker that is silent for so long is dead; live ones take over its operations.'),
    concurrency: z
      .int()
      .min(1)
      .max(200)
      .default(20)
      .describe('Operations that one worker runs at the same time.'),
    maxUnfinishedPerCluster: z.int().min(1).max(10_000).default(100).describe('More are refused.'),
  })
  .prefault({});

/** The part about the outbox. */
export const EVENT_SETTINGS = z
  .strictObject({
    retentionDays: z
      .number()
      .min(0.01)
      .max(365)
      .default(7)
      .describe('Older events are deleted; cursors before them expire.'),
  })
  .prefault({});

/** The part about requests. */
export const LIMIT_SETTINGS = z
  .strictObject({
    bodyBytes: z.int().min(1024).max(16_777_216).default(1_048_576).describe('Largest body, in bytes.'),
    maxCost: z.int().min(10).max(1_000_000).default(5_000).describe('Largest static cost of one document.'),
    maxDepth: z.int().min(3).max(50).default(14).describe('Deepest nesting of one document.'),
    requestTimeoutSeconds: z.number().min(1).max(300).default(30).describe('Longer requests end.'),
    costPerMinute: z
      .int()
      .min(100)
      .max(100_000_000)
      .default(300_000)
      .describe('Cost that one token may spend in a minute.'),
  })
  .prefault({});
