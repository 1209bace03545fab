import { z } from 'zod';

const column = z.object({ name: z.string(), type: z.string() });

/** What stands beside the rows of an archived partition, enough to bring them back without us. */
export const manifestSchema = z.object({
  format: z.literal('sunday-partition-1'),
  cluster: z.string(),
  database: z.string(),
  schema: z.string(),
  table: z.string(),
  partition: z.string(),
  /** ISO 8601; null: no end on that side. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  keyColumn: z.string(),
  /** Least and greatest key as text in UTC; null without rows. */
  minKey: z.string().nullable(),
  maxKey: z.string().nullable(),
  rowCount: z.string().regex(/^\d+$/),
  /** Sum of a 64-bit hash of each row's text: it does not depend on the order of rows. */
  rowHash: z.string(),
  columns: z.array(column),
  /** Of the CSV before compression, with its header line. */
  csvBytes: z.number(),
  csvSha256: z.string(),
  storedBytes: z.number(),
  /** Of the compressed file. */
  storedSha256: z.string(),
  /** Statements that make a table like it: columns, constraints, indexes. */
  ddl: z.array(z.string()),
  serverVersion: z.string(),
  archivedAt: z.string(),
});

/** Counts are text where they can pass 2^53. */
export type ArchiveManifest = z.output<typeof manifestSchema>;
