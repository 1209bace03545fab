import { z } from 'zod';

/** The moment to go back to, as it was asked for. Plain data: it is the input of an operation. */
export const pointSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('LATEST') }),
  /** In UTC to the microsecond. */
  z.object({ kind: z.literal('TIME'), at: z.string() }),
  z.object({ kind: z.literal('LSN'), lsn: z.string() }),
  /** A restore point. */
  z.object({ kind: z.literal('NAME'), name: z.string() }),
  /** A backup. */
  z.object({ kind: z.literal('SET'), label: z.string() }),
]);
export type RecoveryPoint = z.output<typeof pointSchema>;
